/**
 * A mosaic as a lossless WebP file. RFC 9649: the palette is a transform, a pixel is its place in the palette, and what
 * repeats is copied from the pixel at its left or from the row above.
 */
import type { Mosaic } from './image-mosaic.ts'

/** Lengths of the 280 codes of a pixel: 128 places in the palette, 24 kinds of copies; complete together. */
const PIXEL_LENGTHS = [...times(128, 8), ...times(128, 0), ...times(8, 5), ...times(16, 6)]
const LONGEST_COPY = 4096
const FIRST_COPY = 256
/** Distances have names: the pixel above, and the one at the left. */
const ABOVE = 0
const LEFT = 1

export function encodeWebp(mosaic: Mosaic): Buffer {
  const { width, height, palette } = mosaic
  const bits = createBits()
  bits.push(0x2f, 8)
  bits.push(width - 1, 14)
  bits.push(height - 1, 14)
  bits.push(palette.some(([, , , alpha]) => alpha < 255) ? 1 : 0, 1)
  bits.push(0, 3) // version
  writePalette(bits, mosaic)
  bits.push(0, 1) // no other transform
  bits.push(0, 1) // no colour cache
  bits.push(0, 1) // one set of codes for the whole image
  bits.lengths(PIXEL_LENGTHS)
  for (let channel = 0; channel < 3; channel++) bits.push(0b0001, 4) // always zero: no bits
  bits.push(0b011, 3) // distances are one of two
  bits.push(ABOVE, 1)
  bits.push(LEFT, 8)
  writePixels(bits, mosaic)
  return riff(bits.end())
}

function writePalette(bits: Bits, { palette }: Mosaic): void {
  bits.push(1, 1)
  bits.push(3, 2)
  bits.push(palette.length - 1, 8)
  bits.push(0, 1) // no colour cache
  bits.lengths([...times(256, 8), ...times(24, 0)])
  for (let channel = 0; channel < 3; channel++) bits.lengths(times(256, 8))
  bits.push(0b0001, 4) // no distances
  let before: readonly number[] = [0, 0, 0, 0]
  for (const colour of palette) {
    for (const channel of [1, 0, 2, 3]) {
      bits.code((colour[channel]! - before[channel]!) & 0xff, 8)
    }
    before = colour
  }
}

function writePixels(bits: Bits, { width, height, tile, columns, rows, squares }: Mosaic): void {
  const codes = codesOf(PIXEL_LENGTHS)
  const symbol = (value: number) => bits.code(codes[value]!, PIXEL_LENGTHS[value]!)

  function copy(length: number, from: typeof ABOVE | typeof LEFT): void {
    for (let left = length; left > 0; left -= LONGEST_COPY) {
      const last = Math.min(left, LONGEST_COPY) - 1
      const top = 31 - Math.clz32(last)
      const extra = last < 4 ? 0 : top - 1
      symbol(FIRST_COPY + (last < 4 ? last : 2 * top + ((last >> extra) & 1)))
      bits.push(last & ((1 << extra) - 1), extra)
      bits.push(from, 1)
    }
  }

  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      symbol(squares[row * columns + column]!)
      copy(Math.min(tile, width - column * tile) - 1, LEFT)
    }
    copy((Math.min(tile, height - row * tile) - 1) * width, ABOVE)
  }
}

function riff(image: Buffer): Buffer {
  const padded = image.length + (image.length % 2)
  const bytes = Buffer.alloc(20 + padded)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(12 + padded, 4)
  bytes.write('WEBPVP8L', 8, 'latin1')
  bytes.writeUInt32LE(image.length, 16)
  image.copy(bytes, 20)
  return bytes
}

function times(count: number, value: number): number[] {
  return new Array<number>(count).fill(value)
}

/** Canonical codes: shorter ones first, then in the order of the symbols. */
function codesOf(lengths: readonly number[]): number[] {
  const codes = times(lengths.length, 0)
  let code = 0
  for (let length = 1; length <= 8; length++) {
    for (const [symbol, own] of lengths.entries()) if (own === length) codes[symbol] = code++
    code <<= 1
  }
  return codes
}

/** The order in which the lengths of the codes of lengths are written. */
const LENGTH_ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8]

type Bits = ReturnType<typeof createBits>

/** Bits, the lowest first; a code's highest bit first. */
function createBits() {
  const bytes: number[] = []
  let held = 0
  let count = 0

  function push(value: number, length: number): void {
    held |= value << count
    count += length
    while (count >= 8) {
      bytes.push(held & 0xff)
      held >>>= 8
      count -= 8
    }
  }

  function code(value: number, length: number): void {
    let reversed = 0
    for (let i = 0; i < length; i++) reversed |= ((value >> i) & 1) << (length - 1 - i)
    push(reversed, length)
  }

  return {
    /** At most 14 bits. */
    push,
    code,
    /** The lengths of a code's symbols, each of 0, 5, 6 or 8 bits, in two bits each. */
    lengths(lengths: readonly number[]): void {
      const named = [0, 5, 6, 8]
      push(0, 1)
      push(LENGTH_ORDER.length - 4, 4)
      for (const length of LENGTH_ORDER) push(named.includes(length) ? 2 : 0, 3)
      push(0, 1) // all symbols follow
      for (const length of lengths) code(named.indexOf(length), 2)
    },
    end(): Buffer {
      if (count > 0) push(0, 8 - count)
      return Buffer.from(bytes)
    },
  }
}
