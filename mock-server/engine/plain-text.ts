/** Replies that are one text and nothing else, as nearly all are: they have a way of their own to the wire. */
import type { FinishReason, Reply } from './reply.ts'
import type { ReplyToken } from './reply-token.ts'

export interface PlainText {
  readonly tokens: readonly ReplyToken[]
  /** The text as it stands inside a JSON string. */
  readonly json: string
  readonly finishReason: FinishReason
}

/** Undefined where a choice is anything else. */
export function plainTexts(choices: readonly Reply[]): readonly PlainText[] | undefined {
  const texts: PlainText[] = []
  for (const { items, finishReason } of choices) {
    const item = items[0]!
    if (items.length > 1 || item.kind !== 'text' || item.logprobs) return undefined
    texts.push({ tokens: item.tokens, json: item.json, finishReason })
  }
  return texts
}
