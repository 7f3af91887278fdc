/** Several tokens in one chunk, as engines send them that draft ahead. */
import { stepsOf } from '../beats.ts'
import type { Reply, ReplyItem } from '../reply.ts'
import type { ReplyToken } from '../reply-token.ts'
import type { Groups } from './groups.ts'

/** The steps after which some reply goes on to its next item: no chunk says parts of two. */
export function itemBounds(choices: readonly Reply[]): readonly number[] {
  const bounds = new Set<number>()
  for (const { items } of choices) {
    if (items.length < 2) continue
    let end = 0
    for (const item of items) {
      end += stepsOf({ items: [item] })
      bounds.add(end)
    }
  }
  return [...bounds].sort((a, b) => a - b)
}

/** The reply with a chunk for each group of its steps; what it says and how many tokens it is stays the same. */
export function inChunks(reply: Reply, groups: Groups): Reply {
  let step = 0
  let group = 0
  function merged(item: ReplyItem): ReplyItem {
    const chunks: ReplyToken[] = []
    const first = step
    const end = first + stepsOf({ items: [item] })
    while (step < end) {
      const next = Math.min(groups[group++]!, end)
      const tokens = item.tokens.slice(step - first, next - first)
      if (tokens.length > 0) chunks.push(joined(tokens, step - first))
      step = next
    }
    return { ...item, tokens: chunks }
  }
  return { ...reply, items: reply.items.map(merged) }
}

function joined(tokens: readonly ReplyToken[], from: number): ReplyToken {
  return {
    text: tokens.map(({ text }) => text).join(''),
    json: tokens.map(({ json }) => json).join(''),
    tokens: tokens.reduce((sum, { tokens }) => sum + tokens, 0),
    joins: { from, tokens },
  }
}
