/**
 * Sound as MP3 or AAC: frames of silence, as many as the sound is long. To encode more than that takes an encoder; every
 * player takes these.
 */
import { id3Comment } from './audio-comment.ts'
import type { SoundWriter, Spoken } from './audio-writer.ts'

/** MPEG-2 layer III, 24 kHz, mono, 128 kbit/s: all-zero side information is silence. */
const MP3_FRAME = Buffer.concat([Buffer.from([0xff, 0xf3, 0xc4, 0xc4]), Buffer.alloc(380)])
const MP3_FRAME_SAMPLES = 576
/** ADTS, low complexity, 24 kHz, mono: one channel without a coefficient, then the end. */
const AAC_FRAME = Buffer.from([0xff, 0xf1, 0x58, 0x40, 0x01, 0x7f, 0xfc, 0x00, 0x00, 0x00, 0x07])
const AAC_FRAME_SAMPLES = 1024

export function mp3Writer(spoken: Spoken): SoundWriter {
  return frameWriter(spoken, MP3_FRAME, MP3_FRAME_SAMPLES)
}

export function aacWriter(spoken: Spoken): SoundWriter {
  return frameWriter(spoken, AAC_FRAME, AAC_FRAME_SAMPLES)
}

function frameWriter({ text }: Spoken, frame: Buffer, frameSamples: number): SoundWriter {
  let samples = 0
  let frames = 0
  return {
    start: () => id3Comment(text),
    write(sound) {
      samples += sound.length
      const due = Math.ceil(samples / frameSamples)
      const bytes = Buffer.concat(new Array<Buffer>(due - frames).fill(frame))
      frames = due
      return bytes
    },
  }
}
