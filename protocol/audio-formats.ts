/** The formats that speech may be asked for in. */
import { flacWriter } from './audio-flac.ts'
import { aacWriter, mp3Writer } from './audio-frames.ts'
import { opusWriter } from './audio-opus.ts'
import { pcmWriter, wavWriter } from './audio-wav.ts'
import type { SoundWriter, Spoken } from './audio-writer.ts'

export interface SoundFormat {
  readonly contentType: string
  readonly open: (spoken: Spoken) => SoundWriter
}

export const soundFormats = {
  mp3: { contentType: 'audio/mpeg', open: mp3Writer },
  opus: { contentType: 'audio/opus', open: opusWriter },
  aac: { contentType: 'audio/aac', open: aacWriter },
  flac: { contentType: 'audio/flac', open: flacWriter },
  wav: { contentType: 'audio/wav', open: wavWriter },
  pcm: { contentType: 'audio/pcm', open: pcmWriter },
} as const satisfies Readonly<Record<string, SoundFormat>>

export type SoundFormatName = keyof typeof soundFormats
