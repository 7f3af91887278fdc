/**
 * Text of exactly so many tokens, no two alike from their beginnings on, at a microsecond a piece whatever its
 * length: a beginning of words drawn anew, and the rest cut from a long text that was drawn once. A server that caches
 * prefixes finds none; nothing in the text needs to be escaped in JSON.
 */
import type { Random } from '../../base/random.ts'
import { openers, words } from './words.ts'

export interface TextMaker {
  /** A text of its own; `tokens` at least 1. */
  text(tokens: number): string
  /** The same as what goes on from a text: it begins with a space. */
  rest(tokens: number): string
}

/** Words that are drawn anew: with 170 to draw from, two alike come once in 10^17. */
export const freshTokens = 8
/** Of the long text, some 230 KB. */
const stockWords = 32_768

export function createTextMaker(random: Random): TextMaker {
  let stock = ''
  /** Where each word's space is, and the end. */
  const places = new Uint32Array(stockWords + 1)

  function fill(): void {
    const drawn: string[] = []
    let place = 0
    for (let i = 0; i < stockWords; i++) {
      const word = random.pick(words)
      places[i] = place
      place += word.length + 1
      drawn.push(word)
    }
    places[stockWords] = place
    stock = ` ${drawn.join(' ')}`
  }

  function cut(tokens: number): string {
    if (stock === '') fill()
    let text = ''
    for (let left = tokens; left > 0; ) {
      const count = Math.min(left, stockWords)
      const from = random.integer(stockWords - count + 1)
      text += stock.slice(places[from]!, places[from + count]!)
      left -= count
    }
    return text
  }

  function rest(tokens: number): string {
    let text = ''
    const fresh = Math.min(tokens, freshTokens)
    for (let i = 0; i < fresh; i++) text += ` ${random.pick(words)}`
    return tokens > fresh ? text + cut(tokens - fresh) : text
  }

  return { rest, text: tokens => random.pick(openers) + (tokens > 1 ? rest(tokens - 1) : '') }
}
