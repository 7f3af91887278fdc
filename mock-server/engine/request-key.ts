/**
 * What a request says, as a short key: equal for equal conversations, whatever is said about streaming,
 * length or the caller, so that a stream and its blocking twin draw the same reply.
 */
import type { ChatRequest } from '../../protocol/chat-request.ts'

/** 16 hexadecimal digits over the model, the seed and every message. */
export function contentKey({ model, seed, messages }: ChatRequest): string {
  let hash = hash64(EMPTY, model)
  if (seed !== undefined) hash = hash64(hash, String(seed))
  for (const { role, content, name, tool_calls } of messages) {
    hash = hash64(hash, role)
    hash = hash64(hash, typeof content === 'string' ? content : JSON.stringify(content ?? null))
    if (name != null) hash = hash64(hash, name)
    if (tool_calls != null) hash = hash64(hash, JSON.stringify(tool_calls))
  }
  return hash.map(half => half.toString(16).padStart(8, '0')).join('')
}

type Hash = readonly [number, number]
const EMPTY: Hash = [0x811c9dc5, 0x9747b28c]

/** Two FNV-like hashes over the UTF-16 units of `text` and a mark for its end. */
function hash64([high, low]: Hash, text: string): Hash {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x01000193)
    low = Math.imul(low ^ unit, 0x85ebca6b) ^ (low >>> 13)
  }
  return [Math.imul(high ^ 0x1f, 0x01000193) >>> 0, Math.imul(low ^ 0x1f, 0x85ebca6b) >>> 0]
}
