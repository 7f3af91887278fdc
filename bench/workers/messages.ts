/** What the main thread and its workers say to each other. */
import type { Distribution } from '../../base/distribution.ts'
import { OptionError } from '../../base/option-error.ts'
import type { OptionTable, Resolved } from '../../base/option-table.ts'
import type { Unsent } from '../drivers/driver.ts'
import type { GeneratorHealth } from '../generator.ts'
import type { Share } from '../load/share.ts'
import { loadOptions } from '../options/load.ts'
import { retryOptions } from '../options/retries.ts'
import { workOptions } from '../options/work.ts'
import type { Sample } from '../sample.ts'

/** What a worker is born with. */
export interface Hiring {
  readonly share: Share
  readonly options: PackedOptions
  /** The base URL. */
  readonly href: string
  readonly board: SharedArrayBuffer
  /** How long it may wait with what it has to tell. */
  readonly tellEveryMs: number
  /** Of the main thread's clock. */
  readonly originNs: bigint
}

export type ToWorker =
  /** The load begins at this time of the main thread's clock. */
  | { readonly type: 'begin'; readonly atMs: number }
  | { readonly type: 'drain' }
  /** The measured window is over. */
  | { readonly type: 'finish' }
  | { readonly type: 'stop' }

/** What happened in a worker since it told last; every stamp is on the main thread's clock. */
export interface Batch {
  /** When each request that left was due. */
  readonly sentDueAtMs: readonly number[]
  readonly dropped: readonly { readonly dueAtMs: number; readonly why: Unsent }[]
  readonly settled: readonly { readonly sample: Sample; readonly atMs: number }[]
  /** Content chunks of the measured window, and when the last of them came. */
  readonly content: { readonly count: number; readonly atMs: number }
  readonly connectionsOpened: number
}

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'batch'; readonly batch: Batch }
  | { readonly type: 'health'; readonly health: GeneratorHealth }
  /** It cannot begin, or its script failed: the run must end. */
  | { readonly type: 'refused'; readonly error: TellableError }
  /** The last that it says. */
  | { readonly type: 'stopped'; readonly health: GeneratorHealth }

/** An OptionError in parts, for threads hand on no classes. */
export type TellableError = Pick<OptionError, 'option' | 'value' | 'allowed' | 'origin'>

export function tellable({ option, value, allowed, origin }: OptionError): TellableError {
  return { option, value: isPlain(value) ? value : undefined, allowed, origin }
}

export function told({ option, value, allowed, origin }: TellableError): OptionError {
  return new OptionError(option, value, allowed, { origin })
}

const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)

/** The options that a worker needs. */
const table = { ...workOptions, ...loadOptions, ...retryOptions }
export type WorkerOptions = Omit<Resolved<typeof table>, 'url'>

/** Options as threads can hand them on: distributions, which hold functions, as they were written. */
export interface PackedOptions {
  readonly plain: Readonly<Record<string, unknown>>
  readonly written: Readonly<Record<string, string>>
}

export function packOptions(options: WorkerOptions): PackedOptions {
  const plain: Record<string, unknown> = {}
  const written: Record<string, string> = {}
  for (const key of Object.keys(table)) {
    const value: unknown = options[key as keyof WorkerOptions]
    if (isDistribution(value)) written[key] = value.text
    else if (key !== 'url') plain[key] = value
  }
  return { plain, written }
}

export function unpackOptions({ plain, written }: PackedOptions): WorkerOptions {
  const rows: OptionTable = table
  const read = Object.entries(written).map(([key, text]) => [key, rows[key]?.read(text)])
  return { ...plain, ...Object.fromEntries(read) } as WorkerOptions
}

function isDistribution(value: unknown): value is Distribution {
  return typeof (value as Partial<Distribution> | undefined)?.sample === 'function'
}
