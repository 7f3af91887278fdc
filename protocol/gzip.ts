/** A stream compressed piece by piece, each of which can be read as it comes (RFC 1951, RFC 1952). */
import { constants, deflateRawSync } from 'node:zlib'

const HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
/** An empty last block. */
const LAST_BLOCK = Buffer.from([3, 0])

export interface Gzip {
  /** One piece, complete in itself up to here. */
  piece(text: string): Uint8Array
  /** What ends the whole. */
  end(): Uint8Array
}

export function createGzip(): Gzip {
  let crc = 0xffffffff
  let length = 0
  const head = () => (length === 0 ? HEAD : NOTHING)
  return {
    piece(text) {
      const bytes = Buffer.from(text)
      const before = head()
      crc = crcAfter(crc, bytes)
      length += bytes.length
      const block = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })
      return Buffer.concat([before, block])
    },
    end() {
      const sums = Buffer.alloc(8)
      sums.writeUInt32LE((crc ^ 0xffffffff) >>> 0, 0)
      sums.writeUInt32LE(length % 2 ** 32, 4)
      return Buffer.concat([head(), LAST_BLOCK, sums])
    },
  }
}

const NOTHING = Buffer.alloc(0)

function crcAfter(crc: number, bytes: Uint8Array): number {
  for (const byte of bytes) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return crc
}
