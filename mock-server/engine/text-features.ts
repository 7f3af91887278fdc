/**
 * What a text is about, as weighted features: its words and their meanings, pairs of words, and the letters
 * that they are spelt with. Texts that share features are near each other in any space made from them.
 */
import { fnv1a, mixBits } from '../../base/random.ts'
import { meaningOf, stemOf, weightOf } from './word-sense.ts'

/** Weights by the feature's name, hashed to 32 bits. */
export type Features = ReadonlyMap<number, number>

const SPELLING = 0.5
const MEANING = 0.9
const PAIR = 0.25
/** Of the text itself, so that no two texts are quite the same. */
const WHOLE = 0.2
const GRAM_LENGTH = 3
/** A word longer than this is looked at up to here: a megabyte without a space is one word. */
const LONGEST_WORD = 64
/** Well under a millisecond of work. */
const WORDS_A_PAUSE = 256

const WORD = /[\p{L}\p{N}\p{M}]+/gu
/** Written without spaces between words: each character stands for itself. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

/** Yields at pause points, so that a caller on an event loop can let others run. */
export function* textFeatures(text: string): Generator<void, Features> {
  const counts = new Map<string, number>()
  const pairs = new Map<number, number>()
  let before = ''
  let read = 0
  for (const word of wordsOf(text)) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
    if (before !== '') add(pairs, hashOf('pair', `${before} ${word}`), 1)
    before = word
    if (++read % WORDS_A_PAUSE === 0) yield
  }

  const features = new Map<number, number>()
  read = 0
  for (const [word, count] of counts) {
    addWord(features, word, 1 + Math.log(count))
    if (++read % WORDS_A_PAUSE === 0) yield
  }
  for (const [pair, count] of pairs) add(features, pair, PAIR * (1 + Math.log(count)))
  add(features, hashOf('whole', text), Math.max(WHOLE, WHOLE * lengthOf(features)))
  return features
}

function* wordsOf(text: string): Generator<string> {
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    if (UNSPACED.test(run)) yield* run
    else yield run.slice(0, LONGEST_WORD)
  }
}

function addWord(features: Map<number, number>, word: string, times: number): void {
  const weight = times * weightOf(word)
  const stem = stemOf(word)
  add(features, hashOf('stem', stem), weight)
  const meaning = meaningOf(word, stem)
  if (meaning !== undefined) add(features, hashOf('meaning', String(meaning)), MEANING * weight)
  if (word.length < GRAM_LENGTH || weight < SPELLING) return
  const spelt = `^${word}$`
  const grams = spelt.length - GRAM_LENGTH + 1
  for (let i = 0; i < grams; i++) {
    const gram = spelt.slice(i, i + GRAM_LENGTH)
    add(features, hashOf('gram', gram), (SPELLING * weight) / Math.sqrt(grams))
  }
}

function add(features: Map<number, number>, name: number, weight: number): void {
  features.set(name, (features.get(name) ?? 0) + weight)
}

function lengthOf(features: Features): number {
  let sum = 0
  for (const weight of features.values()) sum += weight * weight
  return Math.sqrt(sum)
}

function hashOf(kind: string, name: string): number {
  return mixBits(fnv1a(name, fnv1a(kind)))
}
