/** What the fields of a message say together, and what its model cannot do, in the words of Anthropic's API. */

import type { Turn } from './ask.ts'
import { isObject, type Json } from './checks.ts'
import { ApiError } from './errors/api-error.ts'
import { integer, invalid, oneOf, optional, required, tagOf } from './messages-checks.ts'
import { type MessagesModel, messagesModel } from './messages-models.ts'

const MIN_THINKING_TOKENS = 1024
const MODES = ['adaptive', 'between_tools', 'disabled', 'enabled']

/** Whether a `thinking` asks for any. */
export function thinks(thinking: unknown): thinking is Json {
  if (!isObject(thinking)) return false
  const { type } = thinking
  return type === 'enabled' || type === 'adaptive' || type === 'between_tools'
}

/** Of a body whose fields are sound. Throws ApiError. */
export function checkTogether(body: Json, turns: readonly Turn[]): void {
  const name = body.model as string
  const model = messagesModel(name)
  checkMaxTokens(body.max_tokens as number | undefined, name, model)
  checkSampling(body, model)
  if (body.thinking != null) checkThinking(body, name, model)
  checkPrefill(body, turns, model)
}

function checkMaxTokens(maxTokens: number | undefined, name: string, model: MessagesModel): void {
  const { outputTokens } = model
  if (maxTokens === undefined || maxTokens <= outputTokens) return
  throw invalid(
    'max_tokens',
    `${maxTokens} > ${outputTokens}, which is the maximum allowed number of output tokens for ${name}`,
  )
}

/** Values that ask for nothing are let pass. */
function checkSampling(
  { temperature, top_p: topP, top_k: topK }: Json,
  { samples }: MessagesModel,
) {
  if (samples === 'none') {
    const set = [
      ['temperature', temperature != null && temperature !== 1],
      ['top_p', topP != null && (topP as number) < 0.99],
      ['top_k', topK != null],
    ] as const
    const refused = set.find(([, isSet]) => isSet)
    if (refused) throw new ApiError(400, `\`${refused[0]}\` is deprecated for this model.`)
  }
  if (samples === 'one' && temperature != null && topP != null) {
    throw new ApiError(
      400,
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    )
  }
}

function checkThinking(body: Json, name: string, { budgets, adapts }: MessagesModel): void {
  const { thinking, max_tokens: maxTokens, tool_choice: choice } = body
  const type = tagOf(thinking, MODES, 'thinking')
  const { budget_tokens: budget, display } = thinking as Json
  optional(oneOf('summarized', 'omitted'))(display, `thinking.${type}.display`)
  if (type === 'enabled') {
    required(integer(MIN_THINKING_TOKENS))(budget, 'thinking.enabled.budget_tokens')
    if (!budgets) throw noBudget(name, adapts)
    if (typeof maxTokens === 'number' && (budget as number) >= maxTokens) {
      throw new ApiError(400, '`max_tokens` must be greater than `thinking.budget_tokens`.')
    }
  } else if (type === 'adaptive' && !adapts) {
    throw new ApiError(400, 'adaptive thinking is not supported on this model')
  }
  if (!thinks(thinking)) return
  checkBeside(body)
  const forced = isObject(choice) && (choice.type === 'any' || choice.type === 'tool')
  if (forced)
    throw new ApiError(400, 'Thinking may not be enabled when tool_choice forces tool use.')
}

function noBudget(name: string, adapts: boolean): ApiError {
  return new ApiError(
    400,
    adapts
      ? '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
      : `'${name}' does not support thinking.`,
  )
}

/** What thinking rules out. */
function checkBeside({ temperature, top_p: topP, top_k: topK }: Json): void {
  if (temperature != null && temperature !== 1) {
    throw new ApiError(400, '`temperature` may only be set to 1 when thinking is enabled.')
  }
  if (topP != null && (topP as number) < 0.95) {
    throw new ApiError(
      400,
      '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.',
    )
  }
  if (topK != null) throw new ApiError(400, '`top_k` must be unset when thinking is enabled.')
}

/** A last turn of the assistant's is where the reply goes on from. */
function checkPrefill(
  { thinking, messages }: Json,
  turns: readonly Turn[],
  { continues }: MessagesModel,
) {
  if (turns.at(-1)?.role !== 'assistant') return
  if (!continues) {
    throw new ApiError(
      400,
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    )
  }
  if (!thinks(thinking)) return
  const place = (messages as readonly Json[]).length - 1
  const { content } = (messages as readonly Json[])[place]!
  const first: unknown = Array.isArray(content) ? content[0] : { type: 'text' }
  const type = isObject(first) ? first.type : 'text'
  if (type === 'thinking' || type === 'redacted_thinking') return
  throw invalid(
    `messages.${place}.content.0.type`,
    `Expected \`thinking\` or \`redacted_thinking\`, but found \`${type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`.`,
  )
}

/** Whether prompt and answer fit into the model's window. Throws ApiError. */
export function checkMessageFits(name: string, promptTokens: number, maxTokens = 0): void {
  const { contextTokens } = messagesModel(name)
  if (promptTokens > contextTokens) {
    throw new ApiError(400, `prompt is too long: ${promptTokens} tokens > ${contextTokens} maximum`)
  }
  if (promptTokens + maxTokens > contextTokens) {
    throw new ApiError(
      400,
      `input length and \`max_tokens\` exceed context limit: ${promptTokens} + ${maxTokens} > ${contextTokens}, decrease input length or \`max_tokens\` and try again`,
    )
  }
}
