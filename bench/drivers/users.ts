/**
 * The closed loop with users: each asks, reads the answer, thinks, and asks again. More users are more load,
 * and a slow server slows them.
 */
import type { Distribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import { type Share, wholeLoad } from '../load/share.ts'
import type { Sample } from '../sample.ts'
import type { Conversation } from '../work/conversation.ts'
import type { Driver, DriverContext } from './driver.ts'
import { driverOf } from './law.ts'
import { type Cancelling, createSender, type Sender, type SenderOptions } from './sender.ts'

export interface Users {
  readonly users: number
  /** Those of them that are this driver's. Default: all. */
  readonly share?: Share | undefined
  /** First requests are spread evenly over this time. */
  readonly rampMs: number
  /** From the end of an answer to the next request; undefined: at once. */
  readonly think: Distribution | undefined
  /** Draws the think times, a stream of its own for each user. */
  readonly random: Random
  /** A conversation to begin; a user has one after the other. */
  converse(): Conversation
  readonly cancelling: Cancelling | undefined
  /** A request of this user has settled; users are counted from 0. */
  onAnswered?(user: number): void
}

/** After a request that was not answered at all a user waits, or a dead target would be hammered. */
const refusedDelayMs = 100

export function buildUsers(
  { users, share = wholeLoad, rampMs, think, random, converse, cancelling, onAnswered }: Users,
  context: DriverContext,
  senderOf: (options: SenderOptions) => Sender = createSender,
): Driver {
  const { clock } = context
  const sender = senderOf({ ...context, cancelling })
  const waits = new Set<() => void>()
  let isRunning = false

  function later(delayMs: number, action: () => void): void {
    if (!isRunning) return
    const cancel = clock.after(delayMs, () => {
      waits.delete(cancel)
      action()
    })
    waits.add(cancel)
  }

  function user(number: number): void {
    const thoughts = random.fork(number)
    let conversation = converse()

    function ask(): void {
      if (!isRunning) return
      let request = conversation.next()
      if (!request) {
        conversation = converse()
        request = conversation.next()
      }
      if (request) sender.send(request, undefined, answered)
    }
    function answered(sample: Sample, text: string): void {
      onAnswered?.(number)
      if (sample.outcome === 'ok') conversation.answered(text)
      // Nobody goes on talking where the last word was missed.
      else conversation = converse()
      const thinkMs = think?.sample(thoughts) ?? 0
      const delayMs = isSpurned(sample) ? Math.max(thinkMs, refusedDelayMs) : thinkMs
      if (delayMs > 0) later(delayMs, ask)
      else ask()
    }
    later((rampMs * number) / users, ask)
  }

  function drain(): void {
    isRunning = false
    for (const cancel of waits) cancel()
    waits.clear()
  }

  return driverOf(sender, {
    begin() {
      isRunning = true
      for (let number = share.number; number < users; number += share.of) user(number)
    },
    drain,
  })
}

/** Whether nothing was answered at all, by a target that is dead or a request that could not be sent. */
function isSpurned({ outcome, status }: Sample): boolean {
  return outcome === 'connect_error' || (outcome === 'malformed' && status === undefined)
}
