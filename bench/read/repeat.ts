/**
 * What repeats from event to event. In a stream of tokens all is alike but the text, so bytes that equal those of
 * the event before, but for their text, need neither be decoded nor parsed to know that one more piece has come.
 */

export interface Repeat {
  /** Whether these are the bytes of the learnt event with another text, which is not empty. Exact: never a guess. */
  isLike(bytes: Uint8Array): boolean
  /** Learns the bytes of one whole event that was parsed, and brought a text and nothing else. */
  learn(bytes: Uint8Array): void
}

const quote = 34
const backslash = 92
/** Where nothing repeats, as with padding that hides lengths, it is not tried any longer. */
const maxMisses = 16
const noBytes = Buffer.alloc(0)

/** `marks`: what may stand right before the text of an event, such as `"content":"`. */
export function createRepeat(marks: readonly string[]): Repeat {
  let before = noBytes
  let after = noBytes
  let misses = 0
  return {
    isLike(bytes) {
      const from = before.length
      const to = bytes.length - after.length
      if (from === 0 || to <= from) return false
      if (before.compare(bytes, 0, from) !== 0) return false
      if (after.compare(bytes, to, bytes.length) !== 0) return false
      if (!isPlain(bytes, from, to)) return false
      misses = 0
      return true
    },
    learn(bytes) {
      if (misses >= maxMisses) return
      misses++
      const event = Buffer.from(bytes)
      const mark = marks.find(one => event.includes(one))
      if (mark === undefined) return
      const from = event.indexOf(mark) + mark.length
      const to = event.indexOf(quote, from)
      if (to < 0 || !isPlain(event, from, to)) return
      before = event.subarray(0, from)
      after = event.subarray(to)
    },
  }
}

/** Whether these bytes may stand in a JSON string as they are, and stay inside it. */
function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte < 32 || byte === quote || byte === backslash) return false
  }
  return true
}
