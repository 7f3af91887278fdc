import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { speak } from '../../../mock-server/engine/speech-sound.ts'
import { type SoundFormatName, soundFormats } from '../../../protocol/audio-formats.ts'
import { guessSound, readSound } from '../../../protocol/audio-reader.ts'

const formats = Object.keys(soundFormats) as SoundFormatName[]
const withHeader = formats.filter(format => format !== 'pcm')
const text = 'Hello there, this is a test. It works — doesn’t it?'

function fileOf(format: SoundFormatName, input = text, speed = 1): Buffer {
  const sound = speak({ input, voice: 'coral', speed, format }, createRandom('hum'))
  return Buffer.concat(Array.from({ length: sound.parts }, (_, part) => sound.at(part).bytes))
}

/** 16-bit samples, little end first, without a header. */
const samples = fileOf('pcm')
const seconds = samples.length / 2 / 24_000

test('a WAV file is its header and the samples', () => {
  const wav = fileOf('wav')
  expect(wav.subarray(44).equals(samples)).toBe(true)
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF')
  expect(wav.readUInt32LE(4)).toBe(wav.length - 8)
  expect(wav.toString('latin1', 8, 16)).toBe('WAVEfmt ')
  expect([wav.readUInt16LE(20), wav.readUInt16LE(22)]).toEqual([1, 1])
  expect([wav.readUInt32LE(24), wav.readUInt32LE(28)]).toEqual([24_000, 48_000])
  expect([wav.readUInt16LE(32), wav.readUInt16LE(34)]).toEqual([2, 16])
  expect(wav.readUInt32LE(40)).toBe(samples.length)
})

test('what is heard is a hum: neither silent nor cut off, and silent before the first word', () => {
  const levels = new Int16Array(samples.buffer, samples.byteOffset, samples.length / 2)
  const loudest = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0)
  expect(loudest).toBeGreaterThan(5000)
  expect(loudest).toBeLessThan(16_384)
  expect(levels.subarray(0, 2400).every(level => Math.abs(level) <= 1)).toBe(true)
})

/** Slowly, bit by bit, as the format's paper has it. */
function crc(bytes: Buffer, polynomial: number, bits: number): number {
  let value = 0
  for (const byte of bytes) {
    for (let i = 7; i >= 0; i--) {
      const top = (value >>> (bits - 1)) & 1
      value = (value << 1) >>> 0
      if (top !== ((byte >> i) & 1)) value ^= polynomial
      value = bits === 32 ? value >>> 0 : value & (2 ** bits - 1)
    }
  }
  return value
}

test('a FLAC file has the same samples, and checksums that are right', () => {
  const flac = fileOf('flac')
  const comment = 42 // behind the mark and the first block
  expect(flac[comment]).toBe(0x84) // comments, and the last block
  const found: Buffer[] = []
  let at = comment + 4 + flac.readUIntBE(comment + 1, 3)
  for (let number = 0; at < flac.length; number++) {
    expect(flac.readUInt16BE(at)).toBe(0xfff8)
    expect(flac[at + 4]).toBe(number)
    const isWhole = flac[at + 2] === 0xc7
    const length = isWhole ? 4096 : flac.readUInt16BE(at + 5) + 1
    const header = isWhole ? 5 : 7
    expect(flac[at + header]).toBe(crc(flac.subarray(at, at + header), 0x07, 8))
    expect(flac[at + header + 1]).toBe(0x02)
    const start = at + header + 2
    const end = start + length * 2
    found.push(Buffer.from(flac.subarray(start, end)).swap16())
    if (!isWhole) expect(flac.readUInt16BE(end)).toBe(crc(flac.subarray(at, end), 0x8005, 16))
    at = end + 2
  }
  // The lowest bits are where a WAV file has its imprint.
  const [ours, theirs] = [Buffer.concat(found), samples].map(
    sound => new Int16Array(sound.buffer, sound.byteOffset, sound.length / 2),
  )
  expect(ours!.length).toBe(theirs!.length)
  expect(ours!.every((level, i) => Math.abs(level - theirs![i]!) <= 1)).toBe(true)
})

test('Opus pages have checksums, numbers and positions that are right', () => {
  const opus = fileOf('opus')
  const positions: number[] = []
  let packets = 0
  for (let at = 0, number = 0; at < opus.length; number++) {
    expect(opus.toString('latin1', at, at + 4)).toBe('OggS')
    const laces = opus.subarray(at + 27, at + 27 + opus[at + 26]!)
    const end = at + 27 + laces.length + laces.reduce((sum, lace) => sum + lace, 0)
    const page = Buffer.from(opus.subarray(at, end))
    const sum = page.readUInt32LE(22)
    page.writeUInt32LE(0, 22)
    expect(crc(page, 0x04c11db7, 32)).toBe(sum)
    expect(page.readUInt32LE(18)).toBe(number)
    expect(page[5]).toBe(number === 0 ? 2 : end === opus.length ? 4 : 0)
    positions.push(Number(page.readBigUInt64LE(6)))
    if (number > 1) packets += laces.length
    at = end
  }
  expect(positions).toEqual([...positions].sort((a, b) => a - b))
  expect(positions.at(-1)).toBe(seconds * 48_000 + 312)
  expect(packets).toBe(Math.ceil(positions.at(-1)! / 960))
})

test('MP3 and AAC are as many frames as the sound is long', () => {
  const mp3 = fileOf('mp3')
  const aac = fileOf('aac')
  const behindTag = (file: Buffer) => 10 + file[9]! + file[8]! * 128
  expect(mp3.toString('latin1', 0, 3)).toBe('ID3')
  const mp3Frames = (mp3.length - behindTag(mp3)) / 384
  expect(mp3Frames).toBe(Math.ceil((seconds * 24_000) / 576))
  const aacFrames = (aac.length - behindTag(aac)) / 11
  expect(aacFrames).toBe(Math.ceil((seconds * 24_000) / 1024))
  for (let i = 0; i < mp3Frames; i++) {
    expect(mp3.readUInt32BE(behindTag(mp3) + i * 384)).toBe(0xfff3c4c4)
  }
})

test.each(withHeader)('%s tells its length and the text that it says', format => {
  const read = readSound(fileOf(format))!
  expect(read.text).toBe(text)
  expect(read.seconds).toBeGreaterThanOrEqual(seconds - 1e-6)
  expect(read.seconds).toBeLessThan(seconds + 0.05)
})

test('any text is read back from any format', () => {
  const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  const speeds = fc.constantFrom(0.25, 1, 4)
  fc.assert(
    fc.property(texts, fc.constantFrom(...withHeader), speeds, (input, format, speed) => {
      expect(readSound(fileOf(format, input, speed))!.text).toBe(input)
    }),
    { numRuns: 40 },
  )
})

test('samples without a header, put behind somebody else’s, are read back too', () => {
  const header = fileOf('wav', 'other').subarray(0, 44)
  const extra = Buffer.concat([Buffer.from('LIST'), Buffer.from([5, 0, 0, 0]), Buffer.alloc(6)])
  const open = Buffer.from(header.subarray(36, 44))
  open.writeUInt32LE(0xffffffff, 4) // a stream's writer does not know the length
  const file = Buffer.concat([header.subarray(0, 36), extra, open, samples])
  expect(readSound(file)).toEqual({ seconds, text })
})

test('twice as fast is half as long', () => {
  const [usual, fast] = [fileOf('pcm'), fileOf('pcm', text, 2)]
  expect(fast.length / usual.length).toBeCloseTo(0.5, 3)
})

test('what is no sound is known as none, and cut files throw nothing', () => {
  expect(readSound(Buffer.from('raw file contents'))).toBe(undefined)
  expect(readSound(Buffer.alloc(0))).toBe(undefined)
  expect(guessSound(Buffer.alloc(40_000))).toEqual({ seconds: 10, text: undefined })
  for (const format of withHeader) {
    const file = fileOf(format)
    for (const length of [3, 11, 13, 27, 43, 60]) {
      expect(() => readSound(file.subarray(0, length))).not.toThrow()
    }
  }
})

test('bytes of any kind throw nothing', () => {
  const starts = fc.constantFrom(
    'RIFF0000WAVE',
    'fLaC',
    'OggS',
    '0000ftyp',
    'ID3',
    '\u001aE\u00df\u00a3',
  )
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      const sound = readSound(Buffer.concat([Buffer.from(start, 'latin1'), rest]))
      if (sound) expect(Number.isFinite(sound.seconds) && sound.seconds >= 0).toBe(true)
    }),
    { numRuns: 300 },
  )
})
