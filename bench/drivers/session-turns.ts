/** Sessions at a rate: after each answer its user thinks, and then the next turn of the session is due. */
import type { Distribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import type { Sample } from '../sample.ts'
import type { Conversation } from '../work/conversation.ts'
import type { Hint } from '../work/hint.ts'
import type { Request } from '../work/request.ts'
import { createAgenda } from './agenda.ts'

export interface Sessions {
  /** A session to begin. */
  converse(): Conversation
  /** From the end of an answer to when the next turn is due; undefined: at once. */
  readonly think: Distribution | undefined
  /** Draws the think times, for each turn of each session the same by the same seed. */
  readonly random: Random
}

/** A request to be, which is made before it is due, so that only its sending is left then. */
export interface Due {
  readonly dueAtMs: number
  readonly hint: Hint | undefined
  talk: Conversation | undefined
  request: Request | undefined
}

export interface SessionTurns {
  /** Sessions that have begun and are not over: asking, reading or thinking. */
  readonly underWay: number
  /** The turn that is due soonest. */
  readonly first: Due | undefined
  /** That one is sent now. */
  take(): unknown
  begin(): void
  /** A turn of `talk` is over; so is the session, or another turn of it is due. */
  answered(talk: Conversation, request: Request, sample: Sample, text: string): void
  /** No turn is due any more. */
  clear(): void
}

export function createSessionTurns({ think, random }: Sessions): SessionTurns {
  const waiting = createAgenda<Due>()
  let underWay = 0
  let isOver = false

  return {
    get underWay() {
      return underWay
    },
    get first() {
      return waiting.first
    },
    take: waiting.take,
    begin() {
      underWay++
    },
    answered(talk, { place }, sample, text) {
      const isLast = !place || place.turn >= place.turns
      // Nobody goes on talking where the last word was missed.
      if (isOver || isLast || sample.outcome !== 'ok') {
        underWay--
        return
      }
      talk.answered(text)
      const thinkMs = think?.sample(random.fork(`${place.session} ${place.turn}`)) ?? 0
      const dueAtMs = sample.sentAtMs + (sample.e2eMs ?? 0) + thinkMs
      waiting.add({ dueAtMs, hint: undefined, talk, request: undefined })
    },
    clear() {
      isOver = true
      waiting.clear()
    },
  }
}
