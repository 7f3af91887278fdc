/** A text in tokens, ready to be played. */
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { type ReplyToken, replyToken } from './reply-token.ts'

export interface Said {
  readonly tokens: readonly ReplyToken[]
  /** The whole text as it stands inside a JSON string. */
  readonly json: string
  readonly outputTokens: number
}

export function say(tokens: readonly ReplyToken[]): Said {
  let json = ''
  let outputTokens = 0
  for (const token of tokens) {
    json += token.json
    outputTokens += token.tokens
  }
  return { tokens, json, outputTokens }
}

/** For texts of a few kilobytes: longer ones are split in slices. */
export function sayText(text: string, tokenizer: Tokenizer): Said {
  return say(tokenizer.split(text).map(replyToken))
}

/** About 2 ms of work, after which the event loop may turn. */
const TOKENS_A_SLICE = 4096

/** A text of any size, giving way to the event loop every few milliseconds. */
export async function sayInSlices(text: string, tokenizer: Tokenizer): Promise<Said> {
  const tokens: ReplyToken[] = []
  let json = ''
  let outputTokens = 0
  for (const part of await tokenizer.splitInSlices(text)) {
    const token = replyToken(part)
    tokens.push(token)
    json += token.json
    outputTokens += token.tokens
    if (tokens.length % TOKENS_A_SLICE === 0) await new Promise(setImmediate)
  }
  return { tokens, json, outputTokens }
}

export function textOf({ tokens }: Said): string {
  return tokens.map(({ text }) => text).join('')
}
