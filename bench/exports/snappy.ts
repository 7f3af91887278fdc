/**
 * Snappy's block format without its compression: literals only, which every reader of the format takes.
 * https://github.com/google/snappy/blob/main/format_description.txt
 */

/** The longest literal whose length stands in two bytes. */
const maxLiteral = 65_536
/** The tag of a literal with its length, less one, in the two bytes that follow. */
const twoByteLiteral = 61 << 2

export function snappyBlock(bytes: Uint8Array): Buffer {
  const pieces: Uint8Array[] = [varint(bytes.length)]
  for (let at = 0; at < bytes.length; at += maxLiteral) {
    const literal = bytes.subarray(at, at + maxLiteral)
    const last = literal.length - 1
    pieces.push(Uint8Array.of(twoByteLiteral, last & 0xff, last >> 8), literal)
  }
  return Buffer.concat(pieces)
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80)
  bytes.push(left)
  return Uint8Array.from(bytes)
}
