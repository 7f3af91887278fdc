/** Which driver sends a load. */
import type { Random } from '../../base/random.ts'
import type { LoadPlan } from '../load/plan.ts'
import { type Share, sizeOf, wholeLoad } from '../load/share.ts'
import type { Arrival } from '../schedule/arrival.ts'
import { afterWarmup } from '../schedule/warmed.ts'
import type { Conversation } from '../work/conversation.ts'
import { buildAutocannon } from './autocannon.ts'
import type { ClientPolicy, ClientSetting } from './client-for.ts'
import type { Driver, DriverContext } from './driver.ts'
import { buildOpenLoop } from './open-loop.ts'
import type { Sender, SenderOptions } from './sender.ts'
import { buildUsers } from './users.ts'

export interface LoadFrame {
  readonly warmupMs: number
  /** First requests of a closed loop are spread over this time. */
  readonly rampMs: number
  readonly random: Random
  converse(): Conversation
  /** Undefined: all of the load. */
  readonly part?: Part | undefined
}

/** A part of a load: others have the rest. */
export interface Part {
  readonly share: Share
  /** Of all arrivals those that are its own. */
  deal(arrivals: Iterator<Arrival, undefined>): Iterator<Arrival, undefined>
}

const whole: Part = { share: wholeLoad, deal: arrivals => arrivals }

/** Nothing is sent before `begin`. */
export async function buildDriver(
  plan: LoadPlan,
  { warmupMs, rampMs, random, converse, part = whole }: LoadFrame,
  context: DriverContext,
): Promise<Driver> {
  const { share } = part
  switch (plan.loop) {
    case 'open': {
      const { schedule, maxInFlight, cancelling, requests, durationMs, sessions, policy } = plan
      const setting = { concurrency: maxInFlight, random: random.fork('client') }
      return buildOpenLoop(
        {
          arrivals: part.deal(afterWarmup(schedule, warmupMs, random.fork('warmup'))),
          untilMs: requests === undefined ? warmupMs + durationMs : Number.POSITIVE_INFINITY,
          // Requests in flight are counted by all together, sessions by each part.
          maxInFlight: sessions ? sizeOf(share, maxInFlight) : maxInFlight,
          cancelling,
          sessions: sessions && { ...sessions, converse, random: random.fork('sessions') },
        },
        context,
        await sendingBy(policy, setting),
      )
    }
    case 'users': {
      const { users, policy } = plan
      const { senderOf } = await sendingBy(policy, {
        concurrency: users,
        random: random.fork('client'),
      })
      const own = { ...plan, share, rampMs, random: random.fork('users'), converse }
      return buildUsers(own, context, senderOf)
    }
    case 'client': {
      // Loaded only here, for it brings an HTTP library that the others do without.
      const { buildClientDriver } = await import('./client-driver.ts')
      const { connections, policy } = plan
      const own = { connections, rampMs, policy, random: random.fork('client') }
      return await buildClientDriver(own, context)
    }
    case 'connections': {
      const { connections, from, durationMs } = plan
      const change =
        from === undefined ? undefined : { from, startMs: warmupMs, endMs: warmupMs + durationMs }
      return await buildAutocannon(
        { connections, share, rampMs, ...(change && { change }) },
        context,
      )
    }
  }
}

/** Loaded only where it is asked for: the reference client brings an HTTP library that the others do without. */
async function sendingBy(
  policy: ClientPolicy | undefined,
  setting: Omit<ClientSetting, 'policy'>,
): Promise<{ readonly senderOf?: (options: SenderOptions) => Sender }> {
  if (!policy) return {}
  const { createClientSender } = await import('./client-sender.ts')
  return { senderOf: options => createClientSender({ ...setting, policy }, options) }
}
