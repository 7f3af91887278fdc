/** What the sound files of this folder have in common: they are written from samples, in order, part by part. */

/** Samples a second, one channel, 16 bits each. */
export const sampleRate = 24_000
/** Samples a part may hold: any multiple of this, and the last part what is left. */
export const writeSamples = 4096

export interface Spoken {
  /** How many samples there will be. */
  readonly samples: number
  /** The text, which the file carries. */
  readonly text: string
}

export interface SoundWriter {
  /** What stands before the sound. */
  start(): Buffer
  /** The next samples, which may be changed. */
  write(samples: Int16Array): Buffer
}
