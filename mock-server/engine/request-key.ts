/**
 * What a request says, as a short key: equal for equal conversations, whatever is said about streaming,
 * length or the caller, so that a stream and its blocking twin draw the same reply.
 */
import type { ChatRequest } from '../../protocol/chat-request.ts'

/** 16 hexadecimal digits over the model, the seed and every message. */
export function contentKey({ model, seed, messages }: ChatRequest): string {
  high = 0x811c9dc5
  low = 0x9747b28c
  take(model)
  if (seed !== undefined) take(String(seed))
  for (const { role, content, name, tool_calls } of messages) {
    take(role)
    take(typeof content === 'string' ? content : JSON.stringify(content ?? null))
    if (name != null) take(name)
    if (tool_calls != null) take(JSON.stringify(tool_calls))
  }
  return hexadecimal(high) + hexadecimal(low)
}

/** The two halves of the hash being made; `contentKey` never waits, so one pair is enough. */
let high = 0
let low = 0

/** Two FNV-like hashes over the UTF-16 units of `text` and a mark for its end. */
function take(text: string): void {
  let a = high
  let b = low
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b) ^ (b >>> 13)
  }
  high = Math.imul(a ^ 0x1f, 0x01000193)
  low = Math.imul(b ^ 0x1f, 0x85ebca6b)
}

function hexadecimal(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0')
}
