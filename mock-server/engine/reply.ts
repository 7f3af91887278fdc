/** What is said: prose of a given length, an echo on request, cut where the request says. */
import { type ChatMessage, textOf } from '../../protocol/chat-request.ts'
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { type ReplyToken, replyToken } from './reply-token.ts'

/** A text to say, before it is cut. */
export interface Said {
  readonly tokens: readonly ReplyToken[]
  /** The whole text as it stands inside a JSON string. */
  readonly json: string
  readonly outputTokens: number
}

export interface Reply extends Said {
  readonly finishReason: 'stop' | 'length'
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

/** About 2 ms of work, after which the event loop may turn. */
const TOKENS_A_SLICE = 4096

/** The echo's tokens, up to the first of the `stop` texts. */
export async function composeEcho(
  asked: string,
  stop: readonly string[],
  tokenizer: Tokenizer,
): Promise<Said> {
  const text = asked.slice(0, firstStop(asked, stop))
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

function say(tokens: readonly ReplyToken[]): Said {
  let json = ''
  let outputTokens = 0
  for (const token of tokens) {
    json += token.json
    outputTokens += token.tokens
  }
  return { tokens, json, outputTokens }
}

/** Ends the reply before the first of the `stop` texts, then after `maxTokens` tokens. */
export function cutReply(
  said: Said,
  stop: readonly string[],
  maxTokens: number | undefined,
  tokenizer: Tokenizer,
): Reply {
  const stopped = stop.length === 0 ? said : beforeStop(said, stop, tokenizer)
  const { tokens, json, outputTokens } = stopped
  if (maxTokens === undefined || outputTokens <= maxTokens) {
    return { tokens, json, outputTokens, finishReason: 'stop' }
  }
  let kept = 0
  for (let count = tokens[0]!.tokens; count <= maxTokens; count += tokens[kept]!.tokens) kept++
  return { ...say(tokens.slice(0, kept)), finishReason: 'length' }
}

function beforeStop(said: Said, stop: readonly string[], tokenizer: Tokenizer): Said {
  const text = said.tokens.map(token => token.text).join('')
  const end = firstStop(text, stop)
  return end === undefined ? said : say(tokenizer.split(text.slice(0, end)).map(replyToken))
}

/** Where the first of the `stop` texts stands in `text`; undefined: nowhere. */
function firstStop(text: string, stop: readonly string[]): number | undefined {
  let first: number | undefined
  for (const mark of stop) {
    const place = mark === '' ? -1 : text.indexOf(mark)
    if (place >= 0 && (first === undefined || place < first)) first = place
  }
  return first
}
