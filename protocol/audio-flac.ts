/** Sound as a FLAC file. RFC 9639: frames of samples as they are, nothing predicted. */
import { vorbisComment } from './audio-comment.ts'
import { type SoundWriter, type Spoken, sampleRate, writeSamples } from './audio-writer.ts'

const STREAM_INFO = 0
const COMMENTS = 4
const LAST = 0x80
const VERBATIM = 0x02
/** Frames of this many samples have a code of their own in the header, the last frame tells its length. */
const FRAME_CODE = 0xc
const LENGTH_CODE = 0x7
const RATE_24_KHZ = 0x7
const BITS_16 = 0x4

export function flacWriter({ samples, text }: Spoken): SoundWriter {
  let frames = 0
  return {
    start: () =>
      Buffer.concat([
        Buffer.from('fLaC'),
        block(STREAM_INFO, streamInfo(samples)),
        block(COMMENTS | LAST, vorbisComment(text)),
      ]),
    write(sound) {
      const parts: Buffer[] = []
      for (let i = 0; i < sound.length; i += writeSamples) {
        parts.push(frame(sound.subarray(i, i + writeSamples), frames++))
      }
      return Buffer.concat(parts)
    },
  }
}

function block(type: number, data: Buffer): Buffer {
  const { length } = data
  return Buffer.concat([
    Buffer.from([type, length >> 16, (length >> 8) & 0xff, length & 0xff]),
    data,
  ])
}

/** The sizes of frames and the checksum of all samples are left open, as zeros. */
function streamInfo(samples: number): Buffer {
  const bytes = Buffer.alloc(34)
  bytes.writeUInt16BE(writeSamples, 0)
  bytes.writeUInt16BE(writeSamples, 2)
  // 20 bits of sample rate, 3 of channels - 1, 5 of bits - 1, 36 of samples.
  const rate = BigInt(sampleRate)
  bytes.writeBigUInt64BE((rate << 44n) | (0n << 41n) | (15n << 36n) | BigInt(samples), 10)
  return bytes
}

function frame(sound: Int16Array, number: number): Buffer {
  const isWhole = sound.length === writeSamples
  const code = isWhole ? FRAME_CODE : LENGTH_CODE
  const length = sound.length - 1
  const head = Buffer.from([
    0xff,
    0xf8,
    (code << 4) | RATE_24_KHZ,
    BITS_16 << 1,
    // As UTF-8 writes the character of that code; an hour of sound has no more than 22,000 frames.
    ...Buffer.from(String.fromCodePoint(number)),
    ...(isWhole ? [] : [length >> 8, length & 0xff]),
  ])
  const bytes = Buffer.allocUnsafe(head.length + 2 + sound.length * 2 + 2)
  head.copy(bytes)
  bytes[head.length] = crc(head, CRC8, 8)
  bytes[head.length + 1] = VERBATIM
  const start = head.length + 2
  for (let i = 0; i < sound.length; i++) bytes.writeInt16BE(sound[i]!, start + i * 2)
  const end = bytes.length - 2
  bytes.writeUInt16BE(crc(bytes.subarray(0, end), CRC16, 16), end)
  return bytes
}

const CRC8 = crcTable(0x07, 8)
const CRC16 = crcTable(0x8005, 16)

function crcTable(polynomial: number, bits: number): Uint16Array {
  const top = 1 << (bits - 1)
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let value = byte << (bits - 8)
    for (let i = 0; i < 8; i++) value = value & top ? (value << 1) ^ polynomial : value << 1
    return value
  })
}

function crc(bytes: Uint8Array, table: Uint16Array, bits: 8 | 16): number {
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) ^ table[((value >> (bits - 8)) ^ byte) & 0xff]!) & ((1 << bits) - 1)
  }
  return value
}
