/** Which driver sends a load. */
import type { Random } from '../../base/random.ts'
import type { LoadPlan } from '../load/plan.ts'
import { afterWarmup } from '../schedule/warmed.ts'
import type { Conversation } from '../work/conversation.ts'
import { buildAutocannon } from './autocannon.ts'
import type { Driver, DriverContext } from './driver.ts'
import { buildOpenLoop } from './open-loop.ts'
import { buildUsers } from './users.ts'

export interface LoadFrame {
  readonly warmupMs: number
  /** First requests of a closed loop are spread over this time. */
  readonly rampMs: number
  readonly random: Random
  converse(): Conversation
}

/** Nothing is sent before `begin`. */
export async function buildDriver(
  plan: LoadPlan,
  { warmupMs, rampMs, random, converse }: LoadFrame,
  context: DriverContext,
): Promise<Driver> {
  switch (plan.loop) {
    case 'open': {
      const { schedule, maxInFlight, cancelling, requests, durationMs } = plan
      return buildOpenLoop(
        {
          arrivals: afterWarmup(schedule, warmupMs, random.fork('warmup')),
          untilMs: requests === undefined ? warmupMs + durationMs : Number.POSITIVE_INFINITY,
          maxInFlight,
          cancelling,
        },
        context,
      )
    }
    case 'users':
      return buildUsers({ ...plan, rampMs, random: random.fork('users'), converse }, context)
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
      return await buildAutocannon({ connections, rampMs, ...(change && { change }) }, context)
    }
  }
}
