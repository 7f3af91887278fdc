/** A transcript: what is heard in a sound of a given length, word by word and sentence by sentence. */
import type { Random } from '../../base/random.ts'
import type { TimedWord, Transcript, TranscriptSegment } from '../../protocol/audio-transcript.ts'
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { drawLogprobs } from './logprobs.ts'
import { composeProse } from './prose.ts'
import { type Said, sayText, textOf } from './said.ts'
import { endsSentence, stretch, timeWords } from './speech.ts'

/** Models count sound in tokens of a tenth of a second. */
const TOKENS_A_SECOND = 10
/** Of text in a second of speech. */
const SPOKEN_TOKENS_A_SECOND = 3
const MAX_TOKENS = 4000
const LONGEST_SEGMENT_S = 15

export interface Hearing {
  readonly random: Random
  readonly seconds: number
  /** What was spoken, where it is known. */
  readonly text: string | undefined
  readonly promptTokens: number
  /** Names for those who speak; others are A and B. */
  readonly speakers: readonly string[]
  readonly tokenizer: Tokenizer
}

/** With the tokens as they are said, one by one. */
export interface Heard extends Transcript {
  readonly said: Said
}

export function hear(hearing: Hearing): Heard {
  const { random, seconds, promptTokens, speakers } = hearing
  const said = spoken(hearing)
  const text = textOf(said)
  const { words } = stretch(timeWords(text), seconds)
  const tokens = drawLogprobs(random.fork('logprobs'), said.tokens, 0)
  return {
    said,
    text,
    seconds,
    words,
    segments: segmentsOf(words, speakers.length > 0 ? speakers : ['A', 'B']),
    tokens: tokens.map(({ token, logprob, bytes }) => ({ token, logprob, bytes })),
    promptTokens,
    audioTokens: Math.ceil(seconds * TOKENS_A_SECOND),
    outputTokens: said.outputTokens,
  }
}

/** How many tokens of text may be heard in so many seconds. */
export function spokenTokens(seconds: number): number {
  return Math.min(MAX_TOKENS, Math.max(3, Math.round(seconds * SPOKEN_TOKENS_A_SECOND)))
}

function spoken({ random, seconds, text, tokenizer }: Hearing): Said {
  if (text !== undefined) return sayText(text, tokenizer)
  return composeProse(random.fork('text'), spokenTokens(seconds))
}

/** A segment is a sentence, or what is said in a quarter of a minute; speakers take turns. */
function segmentsOf(
  words: readonly TimedWord[],
  speakers: readonly string[],
): readonly TranscriptSegment[] {
  const segments: TranscriptSegment[] = []
  let first = 0
  for (let i = 0; i < words.length; i++) {
    const { word, end } = words[i]!
    const { start } = words[first]!
    if (!endsSentence(word) && end - start < LONGEST_SEGMENT_S && i < words.length - 1) continue
    const text = words.slice(first, i + 1).map(timed => timed.word)
    const speaker = speakers[segments.length % speakers.length]!
    segments.push({ text: text.join(' '), start, end, speaker })
    first = i + 1
  }
  return segments
}
