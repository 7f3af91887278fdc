/** The load of each side in a run by turns; what does not go together with that is refused. */
import { OptionError } from '../../base/option-error.ts'
import { flagName } from '../../base/option-table.ts'
import type { Random } from '../../base/random.ts'
import { type ConnectionsPlan, type OpenPlan, planLoad } from '../load/plan.ts'
import type { RunOptions } from '../run.ts'
import { sides } from './turns.ts'

export type AgainstOptions = RunOptions & { readonly baseUrl: URL }

/** Of both sides together. */
const usualDurationMs = 10_000

/** Loads in which neither connections nor a timetable say how much either side has to do. */
const otherLoads = [
  'connectionsFrom',
  'users',
  'think',
  'trace',
  'cancel',
  'turns',
] as const satisfies readonly (keyof RunOptions)[]

/** What ends one side's run before its time. */
const early = ['maxCost', 'stopOnErrors'] as const satisfies readonly (keyof RunOptions)[]

/** The duration is half of what was asked for, requests are each side's. Throws OptionError. */
export async function planTurns(
  options: RunOptions,
  random: Random,
): Promise<ConnectionsPlan | OpenPlan> {
  refuseBeside(options)
  const { duration, stages } = options
  // Stages say themselves how long they last.
  const bothMs = duration ?? (stages === undefined ? usualDurationMs : undefined)
  const eachMs = bothMs === undefined ? undefined : bothMs / sides.length
  const plan = await planLoad({ ...options, duration: eachMs }, random.fork('load'), false)
  if (plan.loop === 'open') {
    // What is in flight at the end is waited for, or the side that came last would have more of it.
    if (options.requests === undefined) return { ...plan, graceMs: options.grace }
    const why =
      'it does not go together with --against and a rate: there turns are over by the clock, so give --duration'
    throw new OptionError('requests', options.requests, why)
  }
  if (plan.loop === 'connections') return { ...plan, connections: options.connections }
  throw new Error(`A load of ${plan.loop} was not refused.`)
}

function refuseBeside(options: RunOptions): void {
  const refuse = (keys: readonly (keyof RunOptions)[], why: string) => {
    const given = keys.find(key => options[key] !== undefined)
    if (given) throw new OptionError(given, undefined, why)
  }
  refuse(early, 'it does not go together with --against: give --yes, and --requests or --duration')
  refuse(
    otherLoads,
    `it does not go together with --against: turns need a fixed number of connections, or ${['rate', 'stages', 'burst'].map(flagName).join(', ')}`,
  )
  if (options.workers > 1) {
    const why = 'it does not go together with --against: turns are taken in one thread'
    throw new OptionError('workers', options.workers, why)
  }
  if (options.retries !== 'none') {
    throw new OptionError('retries', options.retries, 'with --against nothing is tried again')
  }
}
