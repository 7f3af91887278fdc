/** A reply token by token: what is said at each step, and where one item ends and the next begins. */
import type { TokenLogprobs } from './logprobs.ts'
import type { Reply, ReplyItem, Spoken } from './reply.ts'
import type { ReplyToken } from './reply-token.ts'

/** One step of one reply. */
export interface Beat {
  readonly item: ReplyItem
  /** The item's place in the reply, from 0. */
  readonly index: number
  /** Undefined: the item is empty. */
  readonly token: ReplyToken | undefined
  /** The token's place in its item, from 0. */
  readonly place: number
  /** Whether the item begins, or is complete, with this step; both when it is one token. */
  readonly opens: boolean
  readonly closes: boolean
}

/** How many steps a reply takes: one a token, and one for an item that is empty. */
export function stepsOf({ items }: Pick<Reply, 'items'>): number {
  let steps = 0
  for (const { tokens } of items) steps += Math.max(1, tokens.length)
  return steps
}

/** The reply's steps in order. */
export function* beatsOf({ items }: Reply): Generator<Beat, undefined> {
  for (const [index, item] of items.entries()) {
    const last = Math.max(0, item.tokens.length - 1)
    for (let place = 0; place <= last; place++) {
      const token = item.tokens[place]
      yield { item, index, token, place, opens: place === 0, closes: place === last }
    }
  }
}

/** The log probabilities of what one chunk of an item says; undefined where none were asked for. */
export function logprobsAt(
  { logprobs, tokens }: Spoken,
  place: number,
): readonly TokenLogprobs[] | undefined {
  const joins = tokens[place]?.joins
  if (joins) return logprobs?.slice(joins.from, joins.from + joins.tokens.length)
  return logprobs && [logprobs[place]!]
}
