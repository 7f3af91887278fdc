import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { paintPicture } from '../../../mock-server/engine/picture.ts'
import { encodeJpeg } from '../../../protocol/image-jpeg.ts'
import type { Mosaic } from '../../../protocol/image-mosaic.ts'
import { encodePng } from '../../../protocol/image-png.ts'
import { encodeWebp } from '../../../protocol/image-webp.ts'

const sizes = [
  [256, 256, 16, false],
  [96, 48, 32, true],
  [50, 33, 16, false],
  [1, 1, 16, true],
] as const

function picture(width: number, height: number, tile = 16, transparent = false): Mosaic {
  return paintPicture(createRandom('otter'), { width, height, tile, transparent })
}

/** The palette's place of every pixel, as the mosaic says. */
function pixelsOf({ width, height, tile, columns, squares }: Mosaic): number[] {
  return Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    return squares[Math.floor(y / tile) * columns + Math.floor(x / tile)]!
  })
}

function chunksOf(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  return chunks
}

test.each(sizes)(
  'a PNG of %i × %i is its picture, pixel by pixel',
  async (width, height, tile, clear) => {
    const mosaic = picture(width, height, tile, clear)
    const png = await encodePng(mosaic)
    expect(png.toString('hex', 0, 8)).toBe('89504e470d0a1a0a')
    const chunks = chunksOf(png)
    const header = chunks.get('IHDR')!
    expect([header.readUInt32BE(0), header.readUInt32BE(4)]).toEqual([width, height])
    expect([...chunks.get('PLTE')!.subarray(0, 3)]).toEqual(mosaic.palette[0]!.slice(0, 3))
    expect(chunks.has('tRNS')).toBe(clear)

    const rows = inflateSync(chunks.get('IDAT')!)
    const pixels: number[] = []
    for (let y = 0; y < height; y++) {
      const start = y * (width + 1)
      const isUp = rows[start] === 2
      for (let x = 0; x < width; x++) {
        const above = isUp ? pixels[(y - 1) * width + x]! : 0
        pixels.push((rows[start + 1 + x]! + above) & 0xff)
      }
    }
    expect(Buffer.from(pixels).equals(Buffer.from(pixelsOf(mosaic)))).toBe(true)
  },
)

test("a PNG's checksums are those of its chunks", async () => {
  const png = await encodePng(picture(1, 1))
  // The last chunk is empty and the same in every PNG.
  expect(png.toString('hex', png.length - 12)).toBe('0000000049454e44ae426082')
})

/** Of files that dwebp and djpeg have read, and found the picture in. */
const known: Readonly<Record<string, readonly string[]>> = {
  '256x256': ['2c415fa51db3', 'a50916119a61'],
  '96x48': ['6c3d1e3f4172', '556cece65aa7'],
  '50x33': ['8c0bccbbc67d', 'ea6fe468fba5'],
  '1x1': ['da7b129031de', '11852438e16f'],
}

test.each(sizes)(
  'WebP and JPEG of %i × %i are the files that decoders know',
  (width, height, tile, clear) => {
    const mosaic = picture(width, height, tile, clear)
    const hash = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex').slice(0, 12)
    const files = [hash(encodeWebp(mosaic)), hash(encodeJpeg(mosaic))]
    expect(files).toEqual(known[`${width}x${height}`])
  },
)

test('WebP and JPEG tell their size', () => {
  const mosaic = picture(96, 48)
  const webp = encodeWebp(mosaic)
  expect(webp.toString('latin1', 8, 16)).toBe('WEBPVP8L')
  const bits = webp.readUInt32LE(21)
  expect([(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1]).toEqual([96, 48])
  expect(webp.length).toBe(webp.readUInt32LE(4) + 8)

  const jpeg = encodeJpeg(mosaic)
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  expect([jpeg.readUInt16BE(frame + 7), jpeg.readUInt16BE(frame + 5)]).toEqual([96, 48])
  expect(jpeg.toString('hex', jpeg.length - 2)).toBe('ffd9')
})

test('a prompt has one picture, and a rough one is the same scene', () => {
  const paint = (seed: string, tile = 16) =>
    paintPicture(createRandom(seed), { width: 256, height: 256, tile })
  expect(paint('otter').squares).toEqual(paint('otter').squares)
  expect(paint('otter').squares).not.toEqual(paint('whale').squares)
  const [fine, rough] = [paint('otter'), paint('otter', 32)]
  expect(rough.palette).toEqual(fine.palette)
  const [a, b] = [pixelsOf(fine), pixelsOf(rough)]
  const alike = a.filter((place, i) => place < 64 === b[i]! < 64).length
  expect(alike / a.length).toBeGreaterThan(0.9)
})
