/**
 * What a request says, as a short key: equal for equal conversations, whatever is said about streaming,
 * length or the caller, so that a stream and its blocking twin draw the same reply.
 */
import { createHash } from 'node:crypto'
import type { Ask } from '../../protocol/ask.ts'

/** 16 hexadecimal digits over the model, the seed, every turn and what form the answer must have. */
export function contentKey({ model, seed, turns, tools, toolChoice, format }: Ask): string {
  high = 0x811c9dc5
  low = 0x9747b28c
  take(model)
  if (seed !== undefined) take(String(seed))
  for (const { role, content, name, calls, callId, media } of turns) {
    take(role)
    take(content)
    if (name !== undefined) take(name)
    if (calls !== undefined) take(JSON.stringify(calls))
    if (callId !== undefined) take(callId)
    if (media !== undefined) take(JSON.stringify(media))
  }
  if (tools.length > 0) take(JSON.stringify([tools, toolChoice]))
  if (format.kind !== 'text') take(JSON.stringify(format))
  return hexadecimal(high) + hexadecimal(low)
}

/** The two halves of the hash being made; `contentKey` never waits, so one pair is enough. */
let high = 0
let low = 0

/** A text as long as this, such as an image, is hashed by native code first: that is ten times faster. */
const LONG_TEXT = 65_536

/** Two FNV-like hashes over the UTF-16 units of `text` and a mark for its end. */
function take(whole: string): void {
  const text = whole.length < LONG_TEXT ? whole : createHash('sha1').update(whole).digest('base64')
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
