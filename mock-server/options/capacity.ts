/** How much the server can do at once. */
import {
  choice,
  duration,
  integer,
  type Resolved,
  type Row,
  text,
} from '../../base/option-table.ts'
import type { CapacitySettings } from '../engine/capacity/settings.ts'
import type { paceOptions } from './pace.ts'

export const capacityOptions = {
  capacity: choice(['independent', 'engine'], {
    help: 'Whether requests share an engine. independent: each is answered as if it were alone; engine: as a server with continuous batching does. Default: independent, or engine when any of the options below is given.',
  }),
  slots: integer(1, 1_000_000, {
    help: 'Requests that run at once; the others wait in line, first come, first served. Default: 256.',
  }),
  queue: integer(0, 1_000_000, {
    help: 'Requests that may wait for a slot; one more is refused. Default: 10000.',
  }),
  overload: status(['503', '429'], {
    help: 'What is answered when the queue is full, with the time until a place should be free. Default: 503.',
  }),
  prefill: rate({
    help: 'How fast prompts are read, in tokens a second, one after another; what is cached need not be read. Default: at once.',
  }),
  prefillChunk: integer(1, 100_000_000, {
    label: 'TOKENS',
    help: 'Tokens of prompts that are read in one go; streams stand still meanwhile and go on for a step in between. Default: a prompt at a time.',
  }),
  stepGrowth: duration({
    help: 'How much longer the time between two tokens is for each other request that runs, e.g. 60us. Default: 0.',
  }),
  kvTokens: integer(1, 1_000_000_000, {
    label: 'TOKENS',
    help: 'Tokens that fit into memory: a request waits for room for its prompt and its reply, and one larger than all is refused. Default: any number.',
  }),
}

const DEFAULT_SLOTS = 256
const DEFAULT_QUEUE = 10_000
/** What a heavy tail is taken for: prompts would be held up for as long. */
const LONGEST_STEP_MS = 1000

/** What the engine is; undefined: there is none. */
export function capacityOf(
  options: Resolved<typeof capacityOptions> & Pick<Resolved<typeof paceOptions>, 'itl'>,
): CapacitySettings | undefined {
  const { capacity, itl, slots, queue, overload, prefill, prefillChunk, stepGrowth, kvTokens } =
    options
  const named = [slots, queue, overload, prefill, prefillChunk, stepGrowth, kvTokens]
  const isOff = capacity === undefined && named.every(value => value === undefined)
  if (capacity === 'independent' || isOff) return undefined
  return {
    slots: slots ?? DEFAULT_SLOTS,
    queue: queue ?? DEFAULT_QUEUE,
    kvTokens: kvTokens ?? Number.POSITIVE_INFINITY,
    prefillMsPerToken: prefill === undefined ? 0 : 1000 / prefill,
    prefillChunk: prefillChunk ?? Number.POSITIVE_INFINITY,
    stepGrowthMs: stepGrowth ?? 0,
    stepMs: Math.min(itl.mean, LONGEST_STEP_MS),
  }
}

/** A status as flags write it, or as a number in a file. */
function status<const C extends `${number}`>(
  statuses: readonly C[],
  words: { help: string },
): Row<C | undefined, C | number> {
  const known = choice(statuses, words)
  return { ...known, read: value => known.read(String(value)) }
}

const RATE = /^(\d+(?:\.\d+)?)(k?)(?:\/(s|min))?$/

/** Units a second inside. */
function rate(words: { help: string }): Row<number | undefined, string | number> {
  return {
    ...text({ ...words, label: 'N/s' }),
    allowed: 'write so many a second or a minute, such as 8000/s, 8k/s or 480000/min',
    read(value) {
      if (typeof value !== 'string' && typeof value !== 'number') return undefined
      const [, amount, thousands, per] = RATE.exec(String(value).trim()) ?? []
      const units = (Number(amount) * (thousands ? 1000 : 1)) / (per === 'min' ? 60 : 1)
      return units > 0 && units < Number.POSITIVE_INFINITY ? units : undefined
    },
  }
}
