/** A conversation that holds a provider's own messages, sent back to it: as OpenAI would have said them. */
import { isObject } from '../../protocol/checks.ts'
import type { Json } from './dialect.ts'

export function takeBack(body: Json): Json {
  const { messages } = body
  return Array.isArray(messages) ? { ...body, messages: messages.map(messageOf) } : body
}

function messageOf(message: unknown): unknown {
  if (!isObject(message) || message.role !== 'assistant') return message
  const { tool_calls: calls, ...rest } = message
  const said = Array.isArray(rest.content) ? { ...rest, ...thoughtAndSaid(rest.content) } : rest
  if (!Array.isArray(calls)) return { ...said, tool_calls: calls }
  return calls.length === 0 ? said : { ...said, tool_calls: calls.map(callOf) }
}

/** A call without a type is a function's. */
function callOf(call: unknown): unknown {
  return isObject(call) ? { type: 'function', ...call } : call
}

/** Parts of thought apart from those that were said aloud. */
function thoughtAndSaid(content: readonly unknown[]): Json {
  const thoughts = content.filter(isThought)
  if (thoughts.length === 0) return { content }
  const said = content.filter(part => !isThought(part))
  const reasoning = thoughts.flatMap(({ thinking }) => thinking).map(part => part.text ?? '')
  return { content: said.length > 0 ? said : null, reasoning_content: reasoning.join('') }
}

interface Thought {
  readonly thinking: readonly { readonly text?: string }[]
}

function isThought(part: unknown): part is Thought {
  return (
    isObject(part) &&
    part.type === 'thinking' &&
    Array.isArray(part.thinking) &&
    part.thinking.every(isObject)
  )
}
