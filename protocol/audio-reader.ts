/** An uploaded sound as far as its container tells: how long it is, and what was spoken where we spoke it. */
import { readComment } from './audio-comment.ts'
import { readImprint } from './audio-imprint.ts'

export interface Sound {
  readonly seconds: number
  /** The text that a speech file of ours carries; undefined: it is somebody else's. */
  readonly text: string | undefined
}

/** Containers that do not tell their length are taken for 32 kbit/s. */
const BYTES_A_SECOND = 4000

/** Undefined: the bytes are no sound that is known here. */
export function readSound(file: Buffer): Sound | undefined {
  const wav = readWav(file)
  if (wav) return wav
  const seconds = readSeconds(file)
  return seconds === undefined ? undefined : { seconds, text: readComment(file) }
}

/** What is taken for a sound although it is none. */
export function guessSound(file: Buffer): Sound {
  return { seconds: Math.max(1, file.length / BYTES_A_SECOND), text: readComment(file) }
}

function readSeconds(file: Buffer): number | undefined {
  const start = file.toString('latin1', 0, 12)
  if (start.startsWith('fLaC')) return flacSeconds(file)
  if (start.startsWith('OggS')) return oggSeconds(file)
  if (start.slice(4, 8) === 'ftyp') return mp4Seconds(file)
  if (start.startsWith('\u001aE\u00df\u00a3')) return webmSeconds(file)
  const tagBytes = start.startsWith('ID3') ? id3Bytes(file) : 0
  return frameSeconds(file, tagBytes)
}

/** Of a WAV file, before its sound. */
const MAX_CHUNKS = 1000

function readWav(file: Buffer): Sound | undefined {
  if (file.length < 44 || !/^RIFF....WAVE/s.test(file.toString('latin1', 0, 12))) return undefined
  let bytesASecond = 0
  let at = 12
  for (let chunks = 0; chunks < MAX_CHUNKS && at + 8 <= file.length; chunks++) {
    const name = file.toString('latin1', at, at + 4)
    // A length that a stream's writer left open runs to the end.
    const length = Math.min(file.readUInt32LE(at + 4), file.length - at - 8)
    const content = file.subarray(at + 8, at + 8 + length)
    if (name === 'fmt ' && length >= 16) bytesASecond = content.readUInt32LE(8)
    if (name === 'data' && bytesASecond > 0) {
      return { seconds: length / bytesASecond, text: readImprint(content) }
    }
    at += 8 + length + (length % 2)
  }
  return undefined
}

function flacSeconds(file: Buffer): number | undefined {
  if (file.length < 26) return undefined
  const facts = file.readBigUInt64BE(18)
  const rate = Number(facts >> 44n)
  const samples = Number(facts & 0xfffffffffn)
  if (rate === 0) return undefined
  // A stream's writer leaves the number open.
  return samples === 0 ? file.length / BYTES_A_SECOND : samples / rate
}

function oggSeconds(file: Buffer): number {
  const lastPage = file.lastIndexOf('OggS')
  if (lastPage + 14 > file.length) return file.length / BYTES_A_SECOND
  const first = file.subarray(0, 256)
  const [opus, vorbis] = [first.indexOf('OpusHead'), first.indexOf('\u0001vorbis')]
  const skipped = opus < 0 || opus + 12 > first.length ? 0 : first.readUInt16LE(opus + 10)
  const rate = vorbis < 0 || vorbis + 16 > first.length ? 48_000 : first.readUInt32LE(vorbis + 12)
  const samples = Number(file.readBigInt64LE(lastPage + 6)) - skipped
  return samples > 0 && rate > 0 ? samples / rate : file.length / BYTES_A_SECOND
}

function mp4Seconds(file: Buffer): number {
  const header = file.indexOf('mvhd')
  if (header < 0 || header + 24 > file.length) return file.length / BYTES_A_SECOND
  const rate = file.readUInt32BE(header + 16)
  return rate === 0 ? file.length / BYTES_A_SECOND : file.readUInt32BE(header + 20) / rate
}

/** A Duration element: a float of 4 or 8 bytes, in ms at the usual scale; what browsers record has none. */
function webmSeconds(file: Buffer): number {
  const head = file.subarray(0, 4096)
  const double = head.indexOf(Buffer.from([0x44, 0x89, 0x88]))
  const single = head.indexOf(Buffer.from([0x44, 0x89, 0x84]))
  const ms =
    double >= 0 && double + 11 <= head.length
      ? head.readDoubleBE(double + 3)
      : single >= 0 && single + 7 <= head.length
        ? head.readFloatBE(single + 3)
        : 0
  return ms > 0 && Number.isFinite(ms) ? ms / 1000 : file.length / BYTES_A_SECOND
}

function id3Bytes(file: Buffer): number {
  let length = 0
  for (const byte of file.subarray(6, 10)) length = (length << 7) | (byte & 0x7f)
  return 10 + length
}

const MP3_KBITS_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const MP3_KBITS_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const MP3_RATES = [44_100, 48_000, 32_000]
const ADTS_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
]

/** The frames behind these are taken to be like them: some 8 minutes. */
const MAX_FRAMES = 20_000

/** Of MP3 or ADTS frames one behind the other. */
function frameSeconds(file: Buffer, start: number): number | undefined {
  let seconds = 0
  let at = start
  for (let frames = 0; at + 7 <= file.length; frames++) {
    if (frames === MAX_FRAMES) return (seconds * (file.length - start)) / (at - start)
    const frame = mp3Frame(file, at) ?? adtsFrame(file, at)
    if (!frame) break
    seconds += frame.seconds
    at += frame.bytes
  }
  return seconds > 0 ? seconds : undefined
}

interface Frame {
  readonly bytes: number
  readonly seconds: number
}

function mp3Frame(file: Buffer, at: number): Frame | undefined {
  const [first, second, third] = [file[at]!, file[at + 1]!, file[at + 2]!]
  // Eleven ones, and layer III.
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return undefined
  const version = (second >> 3) & 3
  const kbits = (version === 3 ? MP3_KBITS_1 : MP3_KBITS_2)[third >> 4]
  const base = MP3_RATES[(third >> 2) & 3]
  if (version === 1 || !kbits || !base) return undefined
  const rate = base / { 3: 1, 2: 2, 0: 4 }[version as 0 | 2 | 3]
  const samples = version === 3 ? 1152 : 576
  const padding = (third >> 1) & 1
  const bytes = Math.floor((samples / 8) * ((kbits * 1000) / rate)) + padding
  return { bytes, seconds: samples / rate }
}

function adtsFrame(file: Buffer, at: number): Frame | undefined {
  if (file[at] !== 0xff || (file[at + 1]! & 0xf6) !== 0xf0) return undefined
  const rate = ADTS_RATES[(file[at + 2]! >> 2) & 15]
  const bytes = ((file[at + 3]! & 3) << 11) | (file[at + 4]! << 3) | (file[at + 5]! >> 5)
  return rate === undefined || bytes < 7 ? undefined : { bytes, seconds: 1024 / rate }
}
