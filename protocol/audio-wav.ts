/** Sound as 16-bit samples, with the header of a WAV file or without one. */
import { imprintOf, press } from './audio-imprint.ts'
import { type SoundWriter, type Spoken, sampleRate } from './audio-writer.ts'

export function pcmWriter({ text }: Spoken): SoundWriter {
  const imprint = imprintOf(text)
  let written = 0
  return {
    start: () => Buffer.alloc(0),
    write(samples) {
      press(imprint, samples, written)
      written += samples.length
      const bytes = Buffer.allocUnsafe(samples.length * 2)
      for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i]!, i * 2)
      return bytes
    },
  }
}

export function wavWriter(spoken: Spoken): SoundWriter {
  return { ...pcmWriter(spoken), start: () => header(spoken.samples * 2) }
}

function header(soundBytes: number): Buffer {
  const bytes = Buffer.alloc(44)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(36 + soundBytes, 4)
  bytes.write('WAVEfmt ', 8, 'latin1')
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20) // PCM
  bytes.writeUInt16LE(1, 22) // channels
  bytes.writeUInt32LE(sampleRate, 24)
  bytes.writeUInt32LE(sampleRate * 2, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36, 'latin1')
  bytes.writeUInt32LE(soundBytes, 40)
  return bytes
}
