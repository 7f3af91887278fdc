/** The id of a tool call in a dialect: the same whether it is streamed or not. */
import type { ChatHabits, ReplyFacts } from './dialect.ts'

export interface CallPlace {
  /** The choice's index, and the call's place among its calls, from 0. */
  readonly choice: number
  readonly call: number
  /** OpenAI's. */
  readonly id: string
}

export function callIdIn(
  { callId }: ChatHabits,
  { choice, call, id }: CallPlace,
  { random }: Pick<ReplyFacts, 'random'>,
): string {
  return callId?.(random.fork(`call ${choice} ${call}`)) ?? id
}
