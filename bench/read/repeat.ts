/**
 * What repeats from event to event. In a stream of tokens all is alike but the text, so bytes that equal those of
 * the event before, but for their text, need neither be decoded nor parsed to know that one more piece has come.
 */

const quote = 34
const backslash = 92
/** Where nothing repeats, as with padding that hides lengths, it is not tried any longer. */
const maxMisses = 16

export class Repeat {
  private learnt = Buffer.allocUnsafeSlow(512)
  /** Bytes of the learnt event before its text; 0: none is learnt. */
  private before = 0
  /** Where what comes after its text begins, and ends. */
  private afterFrom = 0
  private afterTo = 0
  private misses = 0

  /** Whether `bytes` from `from` to `to` are the learnt event with another text, which is not empty. Exact: never a guess. */
  isLike(bytes: Buffer, from: number, to: number): boolean {
    const { learnt, before, afterFrom, afterTo } = this
    const textFrom = from + before
    const textTo = to - (afterTo - afterFrom)
    if (before === 0 || textTo <= textFrom) return false
    if (learnt.compare(bytes, from, textFrom, 0, before) !== 0) return false
    if (learnt.compare(bytes, textTo, to, afterFrom, afterTo) !== 0) return false
    if (!isPlain(bytes, textFrom, textTo)) return false
    this.misses = 0
    return true
  }

  /**
   * Learns the bytes of one whole event that was parsed, and brought a text and nothing else. `marks`: what may stand
   * right before its text, such as `"content":"`.
   */
  learn(event: Buffer, marks: readonly string[]): void {
    if (this.misses >= maxMisses) return
    this.misses++
    const mark = marks.find(one => event.includes(one))
    if (mark === undefined) return
    const from = event.indexOf(mark) + mark.length
    const to = event.indexOf(quote, from)
    if (to < 0 || !isPlain(event, from, to)) return
    if (event.length > this.learnt.length) this.learnt = Buffer.allocUnsafeSlow(event.length * 2)
    event.copy(this.learnt)
    this.before = from
    this.afterFrom = to
    this.afterTo = event.length
  }

  /** Another stream begins, which has nothing in common with the one before. */
  forget(): void {
    this.before = 0
    this.misses = 0
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
