/** Options that do not go together with `--against`. */
import { OptionError } from '../../base/option-error.ts'
import type { RunOptions } from '../run.ts'

/** Loads that are no closed loop with a fixed number of connections: in them one side may have more in flight. */
const otherLoads = [
  'connectionsFrom',
  'users',
  'rate',
  'stages',
  'burst',
  'trace',
  'cancel',
  'turns',
] as const satisfies readonly (keyof RunOptions)[]

/** What is made of one side's requests as they come. */
const ofOneSide = [
  'samples',
  'csv',
  'compat',
  'prometheusPort',
  'pushgateway',
  'remoteWrite',
] as const satisfies readonly (keyof RunOptions)[]

/** What ends one side's run before its time. */
const early = ['maxCost', 'stopOnErrors'] as const satisfies readonly (keyof RunOptions)[]

/** Throws OptionError. */
export function refuseBesideAgainst(options: RunOptions): void {
  const refuse = (keys: readonly (keyof RunOptions)[], why: string) => {
    const given = keys.find(key => options[key] !== undefined)
    if (given) throw new OptionError(given, undefined, why)
  }
  refuse(early, 'it does not go together with --against: give --yes, and --requests or --duration')
  refuse(
    otherLoads,
    'it does not go together with --against: turns need a fixed number of connections',
  )
  if (options.retries !== 'none') {
    throw new OptionError('retries', options.retries, 'with --against nothing is tried again')
  }
  refuse(ofOneSide, 'it does not go together with --against: it is of one side only')
}
