/**
 * The closed loop with users: each asks, reads the answer, thinks, and asks again. More users are more load,
 * and a slow server slows them.
 */
import type { Distribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import type { Sample } from '../sample.ts'
import type { Conversation } from '../work/conversation.ts'
import type { Driver, DriverContext } from './driver.ts'
import { type Cancelling, createSender, type Sender, type SenderOptions } from './sender.ts'

export interface Users {
  readonly users: number
  /** First requests are spread evenly over this time. */
  readonly rampMs: number
  /** From the end of an answer to the next request; undefined: at once. */
  readonly think: Distribution | undefined
  /** Draws the think times, a stream of its own for each user. */
  readonly random: Random
  /** A conversation to begin; a user has one after the other. */
  converse(): Conversation
  readonly cancelling: Cancelling | undefined
}

/** After a connection that could not be made a user waits, or a dead target would be hammered. */
const refusedDelayMs = 100

export function buildUsers(
  { users, rampMs, think, random, converse, cancelling }: Users,
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
    function answered({ outcome }: Sample, text: string): void {
      if (outcome === 'ok') conversation.answered(text)
      // Nobody goes on talking where the last word was missed.
      else conversation = converse()
      const thinkMs = think?.sample(thoughts) ?? 0
      const delayMs = outcome === 'connect_error' ? Math.max(thinkMs, refusedDelayMs) : thinkMs
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

  return {
    begin() {
      isRunning = true
      for (let number = 0; number < users; number++) user(number)
    },
    get inFlight() {
      return sender.inFlight
    },
    get connectionsOpened() {
      return sender.connectionsOpened
    },
    drain,
    async stop() {
      drain()
      sender.stop()
    },
  }
}
