/** Sound as Opus in Ogg. RFC 3533, RFC 7845: packets of silence, as many as the sound is long. */
import { vorbisComment } from './audio-comment.ts'
import { type SoundWriter, type Spoken, sampleRate } from './audio-writer.ts'

/** 20 ms of silence, full band, mono. */
const PACKET = Buffer.from([0xf8, 0xff, 0xfe])
/** Ogg counts Opus at 48 kHz whatever the sound's own rate is. */
const COUNTED_RATE = 48_000
const PACKET_SAMPLES = 960
/** What decoders throw away at the start. */
const PRE_SKIP = 312
const FIRST = 2
const LAST = 4
const MAX_SEGMENTS = 255
const STREAM = 1

export function opusWriter({ samples, text }: Spoken): SoundWriter {
  let pages = 0
  let written = 0
  let packets = 0

  function page(kind: number, position: number, content: readonly Buffer[]): Buffer {
    const laces = content.flatMap(({ length }) => [
      ...new Array<number>(Math.floor(length / 255)).fill(255),
      length % 255,
    ])
    const head = Buffer.alloc(27)
    head.write('OggS', 0, 'latin1')
    head[5] = kind
    head.writeBigUInt64LE(BigInt(position), 6)
    head.writeUInt32LE(STREAM, 14)
    head.writeUInt32LE(pages++, 18)
    head[26] = laces.length
    const bytes = Buffer.concat([head, Buffer.from(laces), ...content])
    bytes.writeUInt32LE(crc32(bytes), 22)
    return bytes
  }

  return {
    start: () =>
      Buffer.concat([
        page(FIRST, 0, [head()]),
        page(0, 0, [Buffer.concat([Buffer.from('OpusTags'), vorbisComment(text)])]),
      ]),
    write(sound) {
      written += sound.length
      const position = (written * COUNTED_RATE) / sampleRate + PRE_SKIP
      const due = Math.ceil(position / PACKET_SAMPLES)
      const parts: Buffer[] = []
      const isLast = written >= samples
      while (packets < due) {
        const count = Math.min(MAX_SEGMENTS, due - packets)
        packets += count
        const ends = isLast && packets === due
        const at = ends ? position : packets * PACKET_SAMPLES
        parts.push(page(ends ? LAST : 0, at, new Array<Buffer>(count).fill(PACKET)))
      }
      return Buffer.concat(parts)
    },
  }
}

function head(): Buffer {
  const bytes = Buffer.alloc(19)
  bytes.write('OpusHead', 0, 'latin1')
  bytes[8] = 1 // version
  bytes[9] = 1 // channels
  bytes.writeUInt16LE(PRE_SKIP, 10)
  bytes.writeUInt32LE(sampleRate, 12)
  return bytes
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})

/** Ogg's own: the highest bit first, nothing inverted. */
function crc32(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) crc = ((crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 0xff]!) >>> 0
  return crc
}
