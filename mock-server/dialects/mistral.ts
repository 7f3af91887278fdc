/** Mistral: tool calls without index and type, reasoning as content parts, errors without an envelope. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { alphanumeric, hexadecimal } from '../../protocol/ids.ts'
import type { CallDelta, ChatMessage, Dialect, Json } from './dialect.ts'
import { arranged, inOrder } from './key-order.ts'
import { isKeyRefused, isModelUnknown, quotedIn, refusal } from './refusal.ts'
import { requestIdOnly } from './request-id-only.ts'
import { takeBack } from './take-back.ts'

export const mistral: Dialect = {
  request: { chatBody: takeBack },
  chat: {
    showsReasoning: true,
    obfuscation: false,
    calls: 'with-finish',
    usage: 'finish',
    id: random => hexadecimal(random, 32),
    callId: random => alphanumeric(random, 9),
    usageOf: ({ prompt_tokens, total_tokens, completion_tokens }) => ({
      prompt_tokens,
      total_tokens,
      completion_tokens,
    }),
    delta({ content, refusal: refused, reasoning_content, tool_calls }, { kind }) {
      if (kind === 'role') return { role: 'assistant', content: '' }
      if (kind === 'reasoning') return { content: [thinking(reasoning_content!)] }
      return {
        content: content ?? refused ?? '',
        ...(tool_calls && { tool_calls: tool_calls.map(bareCall) }),
      }
    },
    message: messageOf,
    chunk: chunk => arranged(chunk, KEYS, choiceOf),
    completion: completion => arranged(completion, KEYS, choiceOf),
  },
  answer: { headers: requestIdOnly },
  error: refuse,
}

const KEYS = ['id', 'object', 'created', 'model', 'choices', 'usage']

function choiceOf(choice: Json): Json {
  return inOrder(choice, 'index', 'delta', 'message', 'finish_reason')
}

function thinking(text: string): Json {
  return { type: 'thinking', thinking: [{ type: 'text', text }] }
}

function bareCall({ id, function: said, custom }: CallDelta): Json {
  return { id, function: said ?? { name: custom!.name, arguments: custom!.input } }
}

function messageOf({
  role,
  content,
  refusal: refused,
  reasoning_content,
  tool_calls,
}: ChatMessage): Json {
  const text = content ?? refused ?? ''
  return {
    role,
    tool_calls: tool_calls?.map(call => bareCall(call as CallDelta)) ?? null,
    content:
      reasoning_content === undefined
        ? text
        : [thinking(reasoning_content), { type: 'text', text }],
  }
}

function refuse(error: ApiError) {
  if (isKeyRefused(error)) return refusal(error, { detail: 'Unauthorized' })
  const { message, type, param } = error
  if (isModelUnknown(error)) {
    const said = { message: `Invalid model: ${quotedIn(error)}`, type: 'invalid_model' }
    return refusal(error, { object: 'error', ...said, param: null, code: '1500' }, 400)
  }
  return refusal(error, { object: 'error', message, type, param, code: null })
}
