/** What was heard in a sound, and when. Times in seconds from its start. */

export interface TimedWord {
  readonly word: string
  readonly start: number
  readonly end: number
}

export interface TranscriptSegment {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly speaker: string
}

export interface HeardToken {
  readonly token: string
  readonly logprob: number
  /** The token in UTF-8. */
  readonly bytes: readonly number[]
}

export interface Transcript {
  readonly text: string
  /** Of the sound. */
  readonly seconds: number
  readonly words: readonly TimedWord[]
  /** Their texts follow each other in `text`, with what white space is between them. */
  readonly segments: readonly TranscriptSegment[]
  readonly tokens: readonly HeardToken[]
  /** Of the prompt, of the sound and of the text. */
  readonly promptTokens: number
  readonly audioTokens: number
  readonly outputTokens: number
}
