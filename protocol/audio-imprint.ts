/**
 * A text in the lowest bits of a sound's samples, where nobody hears it: what was spoken can be read back from the
 * samples alone, through any container that keeps them.
 */

/** What tells an imprint from noise. */
const MARK = 'tkds'
const HEAD_BYTES = MARK.length + 2
/** Of the text in UTF-8: two bytes tell the length. */
const MAX_BYTES = 0xffff

/** Bits in order of the samples that carry them; of a text that is too long, none. */
export function imprintOf(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length > MAX_BYTES) return Buffer.alloc(0)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([Buffer.from(MARK), length, bytes])
}

/** Puts the imprint's bits into the samples that it reaches; `from`: the place of the first in the whole sound. */
export function press(imprint: Uint8Array, samples: Int16Array, from: number): void {
  const end = Math.min(samples.length, imprint.length * 8 - from)
  for (let i = 0; i < end; i++) {
    const place = from + i
    const bit = (imprint[place >> 3]! >> (7 - (place & 7))) & 1
    samples[i] = (samples[i]! & ~1) | bit
  }
}

/** The text in a sound of 16-bit samples, little end first; undefined: there is none. */
export function readImprint(sound: Buffer): string | undefined {
  const head = bytesAt(sound, 0, HEAD_BYTES)
  if (head?.toString('latin1', 0, MARK.length) !== MARK) return undefined
  return bytesAt(sound, HEAD_BYTES, head.readUInt16BE(MARK.length))?.toString()
}

function bytesAt(sound: Buffer, start: number, count: number): Buffer | undefined {
  if ((start + count) * 16 > sound.length) return undefined
  return Buffer.from(
    Array.from({ length: count }, (_, i) => {
      let byte = 0
      for (let bit = 0; bit < 8; bit++) {
        byte = (byte << 1) | (sound[((start + i) * 8 + bit) * 2]! & 1)
      }
      return byte
    }),
  )
}
