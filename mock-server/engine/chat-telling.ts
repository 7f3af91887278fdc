/** How a chat's reply is told, whole or in chunks: what both ways have in common. */
import type { Random } from '../../base/random.ts'
import { callId } from '../../protocol/ids.ts'
import type { ChatUsage } from '../dialects/dialect.ts'
import type { ChatAudioStream } from './chat-audio.ts'
import type { TokenLogprobs } from './logprobs.ts'
import type { Reply } from './reply.ts'

export interface ChatTelling {
  /** Undefined: no log probabilities. */
  readonly topLogprobs: number | undefined
  /** Reasoning is told as `reasoning_content`; OpenAI only counts it. */
  readonly showsReasoning: boolean
  /** A call is told as `function_call`, as before there were tools. */
  readonly callsAreFunctions: boolean
  readonly usage: ChatUsage
  /** One for each choice whose text is spoken instead of written; undefined: none is. */
  readonly audio: readonly (ChatAudioStream | undefined)[] | undefined
}

/** The ids of a reply's calls with the places of their items. */
export function callIds({ items }: Reply, random: Random, choice: number) {
  const own = random.fork(`call ids ${choice}`)
  return [...items.entries()]
    .filter(([, { kind }]) => kind === 'call')
    .map(([item]) => ({ item, id: callId(own) }))
}

export function finishOf(
  { finishReason }: Reply,
  { callsAreFunctions }: Pick<ChatTelling, 'callsAreFunctions'>,
): string {
  return finishReason === 'tool_calls' && callsAreFunctions ? 'function_call' : finishReason
}

/** `kind`: of the thing that they stand beside. */
export function logprobsObject(entries: readonly TokenLogprobs[], kind: string) {
  const list = entries.map(({ token, logprob, bytes, top }) => ({
    token,
    logprob,
    bytes,
    top_logprobs: top,
  }))
  return kind === 'refusal' ? { content: null, refusal: list } : { content: list, refusal: null }
}
