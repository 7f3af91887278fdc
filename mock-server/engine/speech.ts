/** Speech: how long each word of a text takes to say, and a hum that rises and falls with the words. */
import type { Random } from '../../base/random.ts'
import type { TimedWord } from '../../protocol/audio-transcript.ts'

export interface Timing {
  readonly words: readonly TimedWord[]
  /** Of the whole, silence at both ends included. */
  readonly seconds: number
}

/** About 15 characters a second, as people speak. */
const LETTER_S = 0.06
/** A character that is a syllable or a word of its own. */
const SYLLABLE_S = 0.19
const SYLLABLE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
const SHORTEST_WORD_S = 0.12
const GAP_S = 0.05
const COMMA_S = 0.15
const STOP_S = 0.35
const EDGE_S = 0.1

/** When each word of `text` is said at a natural pace; words are what stands between white space. */
export function timeWords(text: string): Timing {
  const words: TimedWord[] = []
  let seconds = EDGE_S
  for (const [word] of text.matchAll(/\S+/g)) {
    const start = seconds
    let length = 0
    for (const character of word) length += SYLLABLE.test(character) ? SYLLABLE_S : LETTER_S
    const end = start + Math.max(SHORTEST_WORD_S, length)
    words.push({ word, start, end })
    seconds = end + pauseAfter(word)
  }
  return { words, seconds: seconds + EDGE_S }
}

/** Whether a sentence ends with this word. */
export function endsSentence(word: string): boolean {
  return /[.!?…。！？]["')\]]*$/.test(word)
}

function pauseAfter(word: string): number {
  if (endsSentence(word)) return STOP_S
  return /[,;:、，]$/.test(word) ? COMMA_S : GAP_S
}

/** The same words in another time. */
export function stretch({ words, seconds }: Timing, wantedSeconds: number): Timing {
  const factor = wantedSeconds / seconds
  return {
    words: words.map(({ word, start, end }) => ({
      word,
      start: start * factor,
      end: end * factor,
    })),
    seconds: wantedSeconds,
  }
}

/** Samples of a cycle. */
const CYCLE = 1024
const LOUDNESS = 9000
/** A vowel: the fundamental and what rings with it. */
const VOWEL = Float64Array.from({ length: CYCLE }, (_, i) => {
  const turn = (2 * Math.PI * i) / CYCLE
  return 0.6 * Math.sin(turn) + 0.25 * Math.sin(2 * turn) + 0.15 * Math.sin(5 * turn)
})

/** Gives samples in order, `count` at a time, 16 bits each. */
export type Hum = (count: number) => Int16Array

/** `pitchHz`: the voice's own; each word is a little off it. */
export function createHum(
  { words }: Timing,
  { random, pitchHz, rate }: { random: Random; pitchHz: number; rate: number },
): Hum {
  let place = 0
  let next = 0
  let phase = 0
  let step = 0
  return count => {
    const samples = new Int16Array(count)
    for (let i = 0; i < count; i++, place++) {
      const time = place / rate
      while (next < words.length && words[next]!.end <= time) {
        next++
        step = 0
      }
      const word = words[next]
      if (!word || word.start > time) continue
      if (step === 0) step = (pitchHz * (0.85 + 0.3 * random.next()) * CYCLE) / rate
      const part = (time - word.start) / (word.end - word.start)
      // Up and down again within the word, without a click at its ends.
      samples[i] = LOUDNESS * 4 * part * (1 - part) * VOWEL[Math.floor(phase)]!
      phase = (phase + step) % CYCLE
    }
    return samples
  }
}
