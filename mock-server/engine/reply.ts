/** What a reply is made of: reasoning, text, a refusal, calls; and how it ended. */
import type { Tool } from '../../protocol/ask.ts'
import type { TokenLogprobs } from './logprobs.ts'
import type { Said } from './said.ts'

/** One thing of a reply: what was thought, said, refused or called. */
export type ReplyItem = Spoken | Call

export interface Spoken extends Said {
  /** `reasoning`: thought before the rest; most endpoints count it and do not show it. */
  readonly kind: 'text' | 'refusal' | 'reasoning'
  /** One for each token, where they were asked for; `logprobsAt` has those of a chunk. */
  readonly logprobs?: readonly TokenLogprobs[] | undefined
}

/** A tool called; what is said is its arguments: JSON for a function, free text for a custom tool. */
export interface Call extends Said {
  readonly kind: 'call'
  readonly tool: Tool['kind']
  readonly name: string
}

export interface Reply {
  /** In order: reasoning first, then text or a refusal, then calls. At least one. */
  readonly items: readonly ReplyItem[]
  readonly finishReason: FinishReason
  /** The stop text that ended it. */
  readonly stoppedAt: string | undefined
  /** Output tokens of all items, and those of them that are reasoning. */
  readonly outputTokens: number
  readonly reasoningTokens: number
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'
