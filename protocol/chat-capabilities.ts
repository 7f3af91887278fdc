/** What a model cannot do of what a chat asks for, in the words of the API. */

import type { Effort, Turn } from './ask.ts'
import { type Capabilities, capabilitiesOf, reasons } from './capabilities.ts'
import type { Json } from './checks.ts'
import { readEffort } from './effort.ts'
import { unrecognizedArguments, unsupportedChoice } from './errors/field.ts'
import {
  audioNeeded,
  chatInputTooLong,
  chatTooLong,
  contentNotSupported,
  formatNotSupported,
  maxTokensTooLarge,
  notAChatModel,
  onlyDefault,
  onlyInResponses,
  unsupportedByModel,
} from './errors/model.ts'

/** Of a body whose fields are sound. Throws ApiError. */
export function checkChatModel(body: Json, turns: readonly Turn[]): void {
  const model = capabilitiesOf(body.model as string)
  if (model.serves === 'responses') throw onlyInResponses()
  if (model.serves !== 'chat') throw notAChatModel()
  if (reasons(model)) checkReasoning(body, model.efforts!)
  else if (model.efforts) checkPlain(body)
  checkLength(body, model)
  checkFormat(body.response_format as Json | null | undefined, model)
  checkMedia(body, turns, model)
}

/** Refused by models that reason, whatever they are set to. */
const neverWhereReasoning = ['stop', 'logit_bias', 'prediction'] as const
/** Taken again where they are told not to reason. */
const notWhileReasoning = [
  ...['top_p', 'presence_penalty', 'frequency_penalty', 'logprobs', 'top_logprobs'],
] as const
/** Values that ask for nothing are let pass. */
const idle: Readonly<Record<string, unknown>> = {
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  logprobs: false,
}

function checkReasoning(body: Json, efforts: readonly Effort[]): void {
  if (body.max_tokens != null) throw unsupportedByModel('max_tokens', 'max_completion_tokens')
  for (const name of neverWhereReasoning) if (body[name] != null) throw unsupportedByModel(name)
  const { reasoning_effort: asked, temperature, n } = body
  if (asked != null) {
    if (!efforts.includes(readEffort(asked)!)) {
      throw unsupportedChoice('reasoning_effort', asked as string, efforts)
    }
  }
  if (n != null && n !== 1) throw onlyDefault('n', n as number, 1)
  if (asked === 'none') return
  for (const name of notWhileReasoning) {
    if (body[name] != null && body[name] !== idle[name]) throw unsupportedByModel(name)
  }
  if (temperature != null && temperature !== 1) {
    throw onlyDefault('temperature', temperature as number, 1)
  }
}

/** Of models that do not reason. Not to think is what they do anyway. */
function checkPlain({ reasoning_effort: effort }: Json): void {
  if (effort != null && effort !== 'none') throw unrecognizedArguments(['reasoning_effort'])
}

function checkLength({ max_tokens, max_completion_tokens }: Json, model: Capabilities): void {
  const asked = (max_completion_tokens ?? max_tokens) as number | null | undefined
  const { outputTokens: max } = model
  if (asked == null || max === undefined || asked <= max) return
  const param = max_completion_tokens == null ? 'max_tokens' : 'max_completion_tokens'
  throw maxTokensTooLarge(param, asked, max)
}

function checkFormat(format: Json | null | undefined, model: Capabilities): void {
  if (format == null) return
  const { type } = format
  if (type === 'json_object' && !model.jsonObject) throw formatNotSupported(type)
  if (type === 'json_schema' && !model.jsonSchema) throw formatNotSupported(type)
}

function checkMedia(body: Json, turns: readonly Turn[], model: Capabilities): void {
  if (model.images && model.audio === 'may') return
  let heard = (body.modalities as readonly string[] | null | undefined)?.includes('audio') ?? false
  for (let i = 0; i < turns.length; i++) {
    if (!turns[i]!.media) continue
    const parts = (body.messages as readonly Json[])[i]!.content as readonly Json[]
    for (let j = 0; j < parts.length; j++) {
      const { type } = parts[j]!
      if (type === 'image_url' && !model.images) throw contentNotSupported(type, i, j)
      if (type !== 'input_audio') continue
      if (model.audio === 'none') throw contentNotSupported(type, i, j)
      heard = true
    }
  }
  if (model.audio === 'must' && !heard) throw audioNeeded()
}

/**
 * Whether prompt and answer fit into the model's window.
 * @param maxTokens The most output tokens asked for; undefined: none were named.
 */
export function checkChatFits(
  model: string,
  promptTokens: number,
  maxTokens: number | undefined,
): void {
  const { contextTokens, inputTokens } = capabilitiesOf(model)
  if (contextTokens === undefined) return
  if (inputTokens !== undefined && promptTokens > inputTokens) {
    throw chatInputTooLong(inputTokens, promptTokens)
  }
  if (promptTokens + (maxTokens ?? 0) > contextTokens) {
    throw chatTooLong(contextTokens, promptTokens, maxTokens)
  }
}
