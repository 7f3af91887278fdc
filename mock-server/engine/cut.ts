/** Where a reply ends before it is through: at a stop text, at the most tokens. */
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import type { ReplyItem } from './reply.ts'
import type { ReplyToken } from './reply-token.ts'
import { type Said, say, sayText, textOf } from './said.ts'

/** What is said before the first of the `stop` texts, and which that is. */
export function beforeStop(said: Said, stop: readonly string[], tokenizer: Tokenizer): Stopped {
  if (stop.length === 0) return { said, stoppedAt: undefined }
  const text = textOf(said)
  const first = firstStop(text, stop)
  if (!first) return { said, stoppedAt: undefined }
  return { said: sayText(text.slice(0, first.place), tokenizer), stoppedAt: first.mark }
}

export interface Stopped {
  readonly said: Said
  readonly stoppedAt: string | undefined
}

/** Which of the `stop` texts comes first in `text`, and where; undefined: none does. */
export function firstStop(
  text: string,
  stop: readonly string[],
): { readonly mark: string; readonly place: number } | undefined {
  let first: { mark: string; place: number } | undefined
  for (const mark of stop) {
    const place = mark === '' ? -1 : text.indexOf(mark)
    if (place >= 0 && (!first || place < first.place)) first = { mark, place }
  }
  return first
}

/** The items up to `maxTokens` tokens, reasoning included; the same list when nothing is cut. */
export function cutItems(
  items: readonly ReplyItem[],
  maxTokens: number | undefined,
): readonly ReplyItem[] {
  if (maxTokens === undefined || tokensOf(items) <= maxTokens) return items
  const kept: ReplyItem[] = []
  let left = maxTokens
  for (const item of items) {
    if (item.outputTokens > left) {
      const part = firstTokens(item.tokens, left)
      if (part.tokens.length > 0 || kept.length === 0) kept.push({ ...item, ...part })
      break
    }
    kept.push(item)
    left -= item.outputTokens
  }
  return kept
}

export function tokensOf(items: readonly ReplyItem[]): number {
  let tokens = 0
  for (const item of items) tokens += item.outputTokens
  return tokens
}

function firstTokens(tokens: readonly ReplyToken[], maxTokens: number): Said {
  let kept = 0
  let count = 0
  while (count + tokens[kept]!.tokens <= maxTokens) count += tokens[kept++]!.tokens
  return say(tokens.slice(0, kept))
}
