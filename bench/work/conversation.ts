/**
 * A conversation of several turns: each request holds all that was asked and answered before it, as a chat's does.
 * How many turns it has, the option `turns` of its scenario says, or the data set it is from.
 */
import type { Hint } from './hint.ts'
import type { Message } from './prompt.ts'
import type { Request } from './request.ts'
import type { Talk } from './source.ts'

export interface Conversation {
  /** The next turn; undefined: there is none. */
  next(hint?: Hint): Request | undefined
  /** What was answered to the last turn, or as much of it as came. */
  answered(text: string): void
}

/** One that knows beforehand how long it is. */
export interface Talking extends Conversation {
  readonly turns: number
}

/** Of one answer so much goes into what follows, so that no conversation grows without end. */
const maxAnswerLength = 32_768
/** More than any user takes. */
const maxTurns = 1000

/** How many turns: the talk's own, but not more than are `wanted`. */
export function turnsOf(talk: Talk, wanted: number | undefined): number {
  return Math.min(maxTurns, talk.turns ?? maxTurns, wanted ?? talk.turns ?? 1)
}

/** `ask`: makes the request of all that was said so far; after the last no answer is wanted. */
export function converse(
  talk: Talk,
  turns: number,
  ask: (messages: readonly Message[], hint: Hint | undefined, isLast: boolean) => Request,
): Talking {
  const said: Message[] = []
  let turn = 0
  return {
    turns,
    next(hint) {
      if (turn >= turns) return undefined
      said.push(...talk.turn(turn++, hint?.inputTokens))
      return ask(said, hint, turn === turns)
    },
    answered(text) {
      said.push({ role: 'assistant', content: text.slice(0, maxAnswerLength) })
    },
  }
}

/** A conversation of one turn. */
export function oneRequest(make: (hint: Hint | undefined) => Request): Talking {
  let isAsked = false
  return {
    turns: 1,
    next(hint) {
      if (isAsked) return undefined
      isAsked = true
      return make(hint)
    },
    answered() {},
  }
}

/** Its requests tell their place; `begin` gives the session's number when its first is made. */
export function numbered(talking: Talking, begin: () => number): Conversation {
  const { turns } = talking
  let session: number | undefined
  let turn = 0
  return {
    next(hint) {
      const request = talking.next(hint)
      if (!request) return undefined
      session ??= begin()
      turn++
      return { ...request, place: { session, turn, turns } }
    },
    answered: talking.answered,
  }
}
