/** A mosaic as a PNG file. RFC 2083; one byte a pixel, colours in a palette. */
import { deflate } from 'node:zlib'
import type { Mosaic } from './image-mosaic.ts'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Whether a file begins as every PNG does. */
export function isPng(file: Buffer): boolean {
  return file.subarray(0, SIGNATURE.length).equals(SIGNATURE)
}

const PALETTED = 3
const FILTER_UP = 2

/** Compresses off the event loop. */
export function encodePng(mosaic: Mosaic): Promise<Buffer> {
  const { palette } = mosaic
  return new Promise((resolve, reject) => {
    deflate(rowsOf(mosaic), { level: 1 }, (error, data) => {
      if (error) reject(error)
      else {
        const colours = palette.flatMap(colour => colour.slice(0, 3))
        const alphas = palette.map(([, , , alpha]) => alpha)
        resolve(
          Buffer.concat([
            SIGNATURE,
            chunk('IHDR', header(mosaic)),
            chunk('PLTE', Buffer.from(colours)),
            ...(alphas.every(alpha => alpha === 255) ? [] : [chunk('tRNS', Buffer.from(alphas))]),
            chunk('IDAT', data),
            chunk('IEND', Buffer.alloc(0)),
          ]),
        )
      }
    })
  })
}

function header({ width, height }: Mosaic): Buffer {
  const bytes = Buffer.alloc(13)
  bytes.writeUInt32BE(width, 0)
  bytes.writeUInt32BE(height, 4)
  bytes[8] = 8 // bits a pixel
  bytes[9] = PALETTED
  return bytes
}

/** Each row behind its filter; those that repeat the row above are its difference, all zeros. */
function rowsOf({ width, height, tile, columns, squares }: Mosaic): Buffer {
  const bytes = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) {
    const start = y * (width + 1)
    if (y % tile !== 0) {
      bytes[start] = FILTER_UP
      continue
    }
    const first = (y / tile) * columns
    for (let x = 0; x < width; x += tile) {
      const end = start + 1 + Math.min(width, x + tile)
      bytes.fill(squares[first + x / tile]!, start + 1 + x, end)
    }
  }
  return bytes
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!
  return ~crc >>> 0
}
