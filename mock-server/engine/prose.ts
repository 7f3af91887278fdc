/** Plausible prose of a given length, from the sentences of corpus.ts. */
import type { Random } from '../../base/random.ts'
import { sentences } from './corpus.ts'
import { type ReplyToken, replyToken } from './reply-token.ts'
import type { Said } from './said.ts'

/** The corpus' tokens, made once and shared by every reply. */
const tokensOf = new Map<string, ReplyToken>()
function token(text: string): ReplyToken {
  let known = tokensOf.get(text)
  if (!known) {
    const made = replyToken({ text, tokens: 1 })
    known = { ...made, bytes: Buffer.from(made.json) }
    tokensOf.set(text, known)
  }
  return known
}

interface Sentence {
  readonly tokens: readonly ReplyToken[]
  /** Its first word without the leading space. */
  readonly opening: ReplyToken
  /** Its JSON without the full stop: within a paragraph, and opening one. */
  readonly json: string
  readonly openingJson: string
}

const stock: readonly Sentence[] = sentences.map(pieces => {
  const json = pieces.slice(0, -1).join('')
  return {
    tokens: pieces.map(token),
    opening: token(pieces[0]!.trimStart()),
    json,
    openingJson: json.trimStart(),
  }
})
/** Sentences by their length in tokens. */
const ofLength = new Map<number, Sentence[]>()
for (const sentence of stock) {
  const { length } = sentence.tokens
  ofLength.set(length, [...(ofLength.get(length) ?? []), sentence])
}
const SHORTEST = Math.min(...ofLength.keys())
const LONGEST = Math.max(...ofLength.keys())
const FULL_STOP = token('.')
const COMMA = token(',')
const FILLER = token(' too')
const PARAGRAPH_END = token('.\n\n')
const SENTENCES_A_PARAGRAPH = 5

/**
 * Prose of exactly `count` tokens in whole sentences (in one broken off, below the shortest).
 * Every prefix of it is as many tokens as pieces (see corpus.ts), so it may be cut anywhere.
 */
export function composeProse(random: Random, count: number): Said {
  const tokens: ReplyToken[] = []
  let json = ''
  for (let written = 0; tokens.length < count; written++) {
    const sentence = chooseSentence(random, count - tokens.length)
    const opensParagraph = written % SENTENCES_A_PARAGRAPH === 0
    if (written > 0) json += opensParagraph ? PARAGRAPH_END.json : FULL_STOP.json
    if (opensParagraph && written > 0) tokens[tokens.length - 1] = PARAGRAPH_END
    json += opensParagraph ? sentence.openingJson : sentence.json
    tokens.push(opensParagraph ? sentence.opening : sentence.tokens[0]!)
    for (let i = 1; i < sentence.tokens.length; i++) tokens.push(sentence.tokens[i]!)
  }
  if (tokens.length > count) return breakOff(tokens, count)
  return { tokens, json: json + FULL_STOP.json, outputTokens: count }
}

/** Ends early with a full stop, without a comma before it: `,.` would be one token. */
function breakOff(tokens: ReplyToken[], count: number): Said {
  tokens.length = count
  if (count > 1) tokens[count - 1] = FULL_STOP
  if (tokens[count - 2] === COMMA) tokens[count - 2] = FILLER
  return { tokens, json: tokens.map(({ json }) => json).join(''), outputTokens: count }
}

/** A sentence that fills `remaining` tokens exactly, or leaves room for at least one more sentence. */
function chooseSentence(random: Random, remaining: number): Sentence {
  const exact = remaining <= LONGEST ? ofLength.get(remaining) : undefined
  if (exact) return random.pick(exact)
  const longest = remaining - SHORTEST
  const first = random.integer(stock.length)
  for (let i = 0; i < stock.length; i++) {
    const candidate = stock[(first + i) % stock.length]!
    if (candidate.tokens.length <= longest) return candidate
  }
  return stock[first]!
}
