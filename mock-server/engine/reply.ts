/** What is said: prose of a given length, an echo on request, cut where the request says. */
import type { Random } from '../../base/random.ts'
import { type ChatMessage, textOf } from '../../protocol/chat-request.ts'
import type { Tokenizer, TokenText } from '../../protocol/tokens/tokenizer.ts'
import { sentences } from './corpus.ts'

/** One content chunk: as a rule one token, or the few that share a character. */
export interface ReplyToken {
  readonly text: string
  /** The text as it stands inside a JSON string. */
  readonly json: string
  /** Bytes of `json` in UTF-8; equal to its length when it is plain ASCII. */
  readonly jsonBytes: number
  readonly tokens: number
}

export interface Reply {
  readonly tokens: readonly ReplyToken[]
  readonly outputTokens: number
  readonly finishReason: 'stop' | 'length'
}

function replyToken({ text, tokens }: TokenText): ReplyToken {
  const json = JSON.stringify(text).slice(1, -1)
  return { text, json, jsonBytes: Buffer.byteLength(json), tokens }
}

/** The corpus' tokens, made once and shared by every reply. */
const made = new Map<string, ReplyToken>()
function prose(text: string): ReplyToken {
  let token = made.get(text)
  if (!token) {
    token = replyToken({ text, tokens: 1 })
    made.set(text, token)
  }
  return token
}
const sentenceTokens = sentences.map(pieces => pieces.map(prose))
/** A first word without its leading space. */
const openings = sentences.map(pieces => prose(pieces[0]!.trimStart()))
/** Sentences by their length in tokens. */
const ofLength = new Map<number, number[]>()
for (const [index, { length }] of sentences.entries()) {
  ofLength.set(length, [...(ofLength.get(length) ?? []), index])
}
const SHORTEST = Math.min(...ofLength.keys())
const LONGEST = Math.max(...ofLength.keys())
const FULL_STOP = prose('.')
const COMMA = prose(',')
const FILLER = prose(' too')
const PARAGRAPH_END = prose('.\n\n')
const SENTENCES_A_PARAGRAPH = 5

/**
 * Prose of exactly `count` tokens in whole sentences (in one broken off, below the shortest).
 * Every prefix of it is as many tokens as pieces (see corpus.ts), so it may be cut anywhere.
 */
export function composeProse(random: Random, count: number): ReplyToken[] {
  const tokens: ReplyToken[] = []
  for (let written = 0; tokens.length < count; written++) {
    const chosen = chooseSentence(random, count - tokens.length)
    const opensParagraph = written % SENTENCES_A_PARAGRAPH === 0
    if (opensParagraph && written > 0) tokens[tokens.length - 1] = PARAGRAPH_END
    const sentence = sentenceTokens[chosen]!
    tokens.push(opensParagraph ? openings[chosen]! : sentence[0]!)
    for (let i = 1; i < sentence.length; i++) tokens.push(sentence[i]!)
  }
  return tokens.length > count ? breakOff(tokens, count) : tokens
}

/** Ends early with a full stop, without a comma before it: `,.` would be one token. */
function breakOff(tokens: ReplyToken[], count: number): ReplyToken[] {
  tokens.length = count
  if (count > 1) tokens[count - 1] = FULL_STOP
  if (tokens[count - 2] === COMMA) tokens[count - 2] = FILLER
  return tokens
}

/** A sentence that fills `remaining` tokens exactly, or leaves room for at least one more sentence. */
function chooseSentence(random: Random, remaining: number): number {
  const exact = remaining <= LONGEST ? ofLength.get(remaining) : undefined
  if (exact) return random.pick(exact)
  const longest = remaining - SHORTEST
  const first = random.integer(sentences.length)
  for (let i = 0; i < sentences.length; i++) {
    const candidate = (first + i) % sentences.length
    if (sentences[candidate]!.length <= longest) return candidate
  }
  return first
}

const ECHO =
  /^\s*(?:please\s+)?(?:reply|respond|answer)\s+with\s+exactly\s+(?:this|the\s+following)\s+text(?:\s+and\s+nothing\s+else)?\s*:\s?/i

/** The text that the last user message asks to have back, if it asks for one. */
export function echoAsked(messages: readonly ChatMessage[]): string | undefined {
  const last = messages.findLast(({ role }) => role === 'user')
  if (!last) return undefined
  const text = textOf(last)
  const match = ECHO.exec(text)
  return match ? text.slice(match[0].length) : undefined
}

export async function composeEcho(text: string, tokenizer: Tokenizer): Promise<ReplyToken[]> {
  return (await tokenizer.splitInSlices(text)).map(replyToken)
}

/** Ends the reply before the first of the `stop` texts, then after `maxTokens` tokens. */
export function cutReply(
  said: readonly ReplyToken[],
  stop: readonly string[],
  maxTokens = Number.POSITIVE_INFINITY,
  tokenizer: Tokenizer,
): Reply {
  const tokens = stop.length === 0 ? said : beforeStop(said, stop, tokenizer)
  let outputTokens = 0
  for (let i = 0; i < tokens.length; i++) {
    const more = tokens[i]!.tokens
    if (outputTokens + more > maxTokens) {
      return { tokens: tokens.slice(0, i), outputTokens, finishReason: 'length' }
    }
    outputTokens += more
  }
  return { tokens, outputTokens, finishReason: 'stop' }
}

function beforeStop(
  tokens: readonly ReplyToken[],
  stop: readonly string[],
  tokenizer: Tokenizer,
): readonly ReplyToken[] {
  const text = tokens.map(token => token.text).join('')
  const places = stop.filter(mark => mark !== '').map(mark => text.indexOf(mark))
  const first = Math.min(...places.filter(place => place >= 0))
  return first === Number.POSITIVE_INFINITY
    ? tokens
    : tokenizer.split(text.slice(0, first)).map(replyToken)
}
