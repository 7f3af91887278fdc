/**
 * A mosaic as a baseline JPEG file. ITU-T T.81; colour at half the resolution, so that a unit of the file is 16 by
 * 16 pixels, within one square: nothing but its mean has to be written. What is transparent becomes white.
 */
import type { Colour, Mosaic } from './image-mosaic.ts'

const UNIT = 16
/** The DC coefficient of a flat block is eight times its level: with this step it is the level itself. */
const STEP = 8
/** How many codes there are of 1, 2, … 16 bits: T.81 table K.3, in which the nth code says that n bits follow. */
const LEVEL_CODES = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
/** One code of one bit: nothing follows in this block. */
const END_CODES = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

export function encodeJpeg(mosaic: Mosaic): Buffer {
  const { width, height } = mosaic
  const size = [height >> 8, height & 0xff, width >> 8, width & 0xff]
  const frame = [8, ...size, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xdb, [0, ...new Array<number>(64).fill(STEP)]),
    segment(0xc0, frame),
    segment(0xc4, [0x00, ...LEVEL_CODES, ...LEVEL_BITS]),
    segment(0xc4, [0x10, ...END_CODES, 0]),
    segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    scan(mosaic),
    Buffer.from([0xff, 0xd9]),
  ])
}

const LEVEL_BITS = LEVEL_CODES.flatMap((count, i) => new Array<number>(count).fill(i)).map(
  (_, bits) => bits,
)

function segment(marker: number, data: readonly number[]): Buffer {
  const length = data.length + 2
  return Buffer.from([0xff, marker, length >> 8, length & 0xff, ...data])
}

/** Each number of bits' own code, `[code, length]`: canonical codes in the order of LEVEL_CODES. */
const CODES: readonly (readonly [code: number, length: number])[] = codesOf(LEVEL_CODES)

function codesOf(counts: readonly number[]): [number, number][] {
  const codes: [number, number][] = []
  let code = 0
  for (const [i, count] of counts.entries()) {
    for (let n = 0; n < count; n++) codes.push([code++, i + 1])
    code <<= 1
  }
  return codes
}

function scan({ width, height, tile, columns, squares, palette }: Mosaic): Buffer {
  const colours = palette.map(levelsOf)
  const bits = createBits()
  const before = [0, 0, 0]
  const say = (component: number, level: number) => {
    bits.level(level - before[component]!)
    before[component] = level
  }
  for (let y = 0; y < height; y += UNIT) {
    const first = Math.floor(y / tile) * columns
    for (let x = 0; x < width; x += UNIT) {
      const [luma, blue, red] = colours[squares[first + Math.floor(x / tile)]!]!
      for (let block = 0; block < 4; block++) say(0, luma!)
      say(1, blue!)
      say(2, red!)
    }
  }
  return bits.end()
}

/** Luma and the two chromas, around 0. */
function levelsOf([red, green, blue, alpha]: Colour): number[] {
  const [r, g, b] = [red, green, blue].map(value => 255 + ((value - 255) * alpha) / 255)
  return [
    0.299 * r! + 0.587 * g! + 0.114 * b! - 128,
    -0.168736 * r! - 0.331264 * g! + 0.5 * b!,
    0.5 * r! - 0.418688 * g! - 0.081312 * b!,
  ].map(level => Math.min(127, Math.round(level)))
}

/** Bits, the highest first; a byte of ones is followed by a zero byte. */
function createBits() {
  const bytes: number[] = []
  let held = 0
  let count = 0
  const push = (value: number, length: number) => {
    held = (held << length) | value
    count += length
    while (count >= 8) {
      count -= 8
      const byte = (held >>> count) & 0xff
      bytes.push(byte)
      if (byte === 0xff) bytes.push(0)
    }
    held &= (1 << count) - 1
  }
  return {
    /** A block of which only the level changes, by `difference`. */
    level(difference: number) {
      const length = 32 - Math.clz32(Math.abs(difference))
      push(...CODES[length]!)
      if (length > 0) push(difference > 0 ? difference : difference + (1 << length) - 1, length)
      push(0, 1)
    },
    end(): Buffer {
      if (count > 0) push((1 << (8 - count)) - 1, 8 - count)
      return Buffer.from(bytes)
    },
  }
}
