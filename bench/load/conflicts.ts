/** Load options that exclude each other, and those that say nothing without another. */
import { OptionError } from '../../base/option-error.ts'
import { flagName } from '../../base/option-table.ts'
import type { LoadOptions } from '../options/load.ts'
import type { RetryOptions } from '../options/retries.ts'

type Key = keyof LoadOptions

/** Each says by itself when requests are sent. */
const laws: readonly Key[] = ['rate', 'stages', 'burst', 'trace', 'users', 'connectionsFrom']
const openLaws: readonly Key[] = ['rate', 'stages', 'burst', 'trace']

/** What needs one of others to mean anything. */
const needs: readonly (readonly [key: Key, oneOf: readonly Key[]])[] = [
  ['arrivals', ['rate', 'stages']],
  ['shape', ['arrivals']],
  ['speed', ['trace']],
  ['maxInFlight', openLaws],
  ['grace', openLaws],
  ['cancelAfter', ['cancel']],
]

export interface Talks {
  /** `--turns` was said. */
  readonly isAsked: boolean
  /** Users have something to say in several turns. */
  readonly hasSome: boolean
}

/** Throws OptionError for the first of them. */
export function refuseConflicts(
  options: LoadOptions & Pick<RetryOptions, 'retries'>,
  { isAsked, hasSome }: Talks,
): void {
  const given = (key: Key) => options[key] !== undefined
  const [law, other] = laws.filter(given)
  if (law && other) throw excluded(other, law)
  for (const [key, oneOf] of needs) {
    if (given(key) && !oneOf.some(given)) {
      throw new OptionError(
        key,
        undefined,
        `it says nothing without ${oneOf.map(flagName).join(', ')}`,
      )
    }
  }
  if (options.shape !== undefined && options.arrivals !== 'gamma') {
    throw new OptionError('shape', undefined, 'only --arrivals gamma has a shape')
  }
  if (options.arrivals === 'gamma' && options.shape === undefined) {
    throw new OptionError('arrivals', 'gamma', 'say how bursty by --shape, such as 0.25')
  }
  const open = openLaws.find(given)
  if (open && options.think && !hasSome) {
    const why = `--think and ${flagName(open)} exclude each other without --turns: nobody waits for an answer`
    throw new OptionError('think', undefined, why)
  }
  if (options.trace !== undefined && (isAsked || options.think)) {
    const why = 'a trace says of each request when it is sent: it begins no sessions'
    throw new OptionError(isAsked ? 'turns' : 'think', undefined, why)
  }
  if (options.retries === 'client' && given('connectionsFrom')) {
    throw new OptionError('retries', 'client', 'with --connections-from nothing is sent again')
  }
  if (options.connectionsFrom !== undefined) {
    for (const key of ['requests', 'think', 'cancel'] as const) {
      if (given(key)) throw excluded(key, 'connectionsFrom')
    }
  }
}

function excluded(key: Key, other: Key): OptionError {
  return new OptionError(
    key,
    undefined,
    `${flagName(key)} and ${flagName(other)} exclude each other: both say when requests are sent`,
  )
}
