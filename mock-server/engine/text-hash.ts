/** A running hash of texts, told at any place: two FNV-like halves over their UTF-16 units. */

export interface TextHash {
  take(text: string): void
  /** Of all that was taken so far. */
  readonly value: string
}

export function createTextHash(): TextHash {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  return {
    take(text) {
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i)
        a = Math.imul(a ^ unit, 0x01000193)
        b = Math.imul(b ^ unit, 0x85ebca6b) ^ (b >>> 13)
      }
    },
    get value() {
      return `${a >>> 0}.${b >>> 0}`
    },
  }
}
