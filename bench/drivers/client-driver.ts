/**
 * The closed loop through the reference client: so many users, each making its next call when the last is over.
 * A request is due when its user makes the call: what the client holds it back is part of what the user waits.
 */
import type { Random } from '../../base/random.ts'
import { oneRequest } from '../work/conversation.ts'
import type { ClientPolicy } from './client-for.ts'
import { type EndedCall as Call, createClientSender } from './client-sender.ts'
import type { Driver, DriverContext } from './driver.ts'
import { buildUsers } from './users.ts'

export type { ClientPolicy } from './client-for.ts'

export interface ClientLoop {
  readonly connections: number
  /** First calls are spread evenly over this time. */
  readonly rampMs: number
  readonly policy: ClientPolicy
  /** Draws the client's jitter. */
  readonly random: Random
  /** Each call, as it is over. */
  readonly onCall?: (call: EndedCall) => void
}

export interface EndedCall extends Call {
  /** Counts users from 0. */
  readonly user: number
}

/** Throws OptionError where the work is no chat completion. */
export async function buildClientDriver(
  { connections, rampMs, policy, random, onCall }: ClientLoop,
  context: DriverContext,
): Promise<Driver> {
  let ended: Call | undefined
  function onEnded(call: Call): void {
    ended = call
  }
  return buildUsers(
    {
      users: connections,
      rampMs,
      think: undefined,
      random,
      converse: () => oneRequest(hint => context.work.next(hint)),
      cancelling: undefined,
      onAnswered(user) {
        if (ended) onCall?.({ ...ended, user })
        // The next may be one that the client does not send.
        ended = undefined
      },
    },
    context,
    options =>
      createClientSender({ concurrency: connections, policy, random, onCall: onEnded }, options),
  )
}
