/** What is read when metrics are shown: the queue, the slots, the limits in force, the time. */
import type { Clock } from '../../base/clock.ts'
import type { Instruments, Reading } from '../../base/instruments.ts'
import type { Resolved } from '../../base/option-table.ts'
import type { Capacity, CapacityState } from '../engine/capacity/capacity.ts'
import type { limitOptions } from '../options/limits.ts'

type LimitOptions = Resolved<typeof limitOptions>

export interface ServerState {
  /** Undefined: any number at once. */
  readonly capacity?: CapacityState | undefined
  /** The limits that are set, by name. */
  readonly limits?: Readonly<Record<string, number | undefined>>
  /** The server's own time, ms since the epoch. */
  readonly wallMs: number
}

/** `parts`: of the provider. */
export function stateOf(parts: {
  readonly capacity: Capacity | undefined
  readonly options: LimitOptions
  readonly clock: Clock
}): ServerState {
  const { capacity, options, clock } = parts
  return {
    capacity: capacity?.state(),
    limits: limitsOf(options),
    wallMs: clock.wallMs(),
  }
}

/** By the names of their options. */
function limitsOf(options: LimitOptions): Readonly<Record<string, number | undefined>> {
  const { rpm, tpm, inputTpm, rpd, tpd, projectTpm, maxConcurrent } = options
  return { rpm, tpm, inputTpm, rpd, tpd, projectTpm, maxConcurrent }
}

/** Shown from the start; where there is no capacity, all of it is 0. */
export function addState({ reading, readings }: Instruments, state: () => ServerState): void {
  const ofCapacity = (name: string, help: string, of: (capacity: CapacityState) => number) =>
    reading({ name: `tokadence_mock_${name}`, help }, () => {
      const { capacity } = state()
      return capacity ? of(capacity) : 0
    })
  ofCapacity('slots', 'Requests that are served at once; 0: any number.', ({ slots }) => slots)
  ofCapacity('slots_used', 'Requests that hold a slot.', ({ running }) => running)
  ofCapacity('queue_length', 'Requests that wait for a slot.', ({ waiting }) => waiting)
  ofCapacity('queue_limit', 'The most that may wait for a slot.', ({ queue }) => queue)
  ofCapacity('kv_tokens_used', 'Tokens of the KV cache that are held.', ({ kvUsed }) => kvUsed)
  ofCapacity(
    'kv_tokens',
    'Tokens that the KV cache has room for; 0: any number.',
    ({ kvTokens }) => kvTokens ?? 0,
  )
  readings(
    {
      name: 'tokadence_mock_limit',
      help: 'The limits in force for each API key and model, by name; one that is not set is absent.',
      labels: ['limit'],
    },
    () => limitReadings(state().limits),
  )
  reading(
    {
      name: 'tokadence_mock_clock_timestamp_seconds',
      help: "The server's time since the Unix epoch: with a manual clock, what it was told.",
    },
    () => state().wallMs / 1000,
  )
}

function limitReadings(limits: ServerState['limits'] = {}): Reading[] {
  return Object.entries(limits).flatMap(([name, limit]) =>
    limit === undefined ? [] : [[limit, name] as const],
  )
}
