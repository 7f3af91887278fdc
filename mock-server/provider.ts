/** The provider: everything that requests share, made once from the options. */
import type { Clock } from '../base/clock.ts'
import { createRandom } from '../base/random.ts'
import { createRequestIds, systemFingerprint } from '../protocol/ids.ts'
import type { Dialect } from './dialects/dialect.ts'
import type { Capacity } from './engine/capacity/capacity.ts'
import type { Conductor } from './engine/conductor.ts'
import { type Attempts, createAttempts, type FaultSchedule } from './engine/faults/schedule.ts'
import { createJournal, type Journal, type JournalEntry } from './engine/journal.ts'
import type { RateLimiter } from './engine/limits/rate-limiter.ts'
import type { Cadence } from './engine/plan.ts'
import { createPrefixCache, type PrefixCache } from './engine/prefix-cache.ts'
import type { OpenFixtures } from './fixtures/open-fixtures.ts'
import { createLive, resetLive } from './live.ts'
import { stateOf } from './metrics/state.ts'
import { createServerMetrics, type ServerMetrics } from './metrics.ts'
import type { LiveOptions, ServerOptions } from './options.ts'
import { createTime, type Time } from './server-clock.ts'

export type LogLevel = 'error' | 'info' | 'debug'

export interface Provider {
  readonly options: ServerOptions
  readonly origin: string
  readonly time: Time
  /** Those of `time`. */
  readonly clock: Clock
  readonly conductor: Conductor
  readonly dialect: Dialect
  readonly fixtures: OpenFixtures
  readonly limiter: RateLimiter
  /** What goes wrong on purpose; undefined: nothing. */
  readonly faults: FaultSchedule | undefined
  /** How often each request came, of clients that do not say so: what faults count by. */
  readonly attempts: Attempts
  /** When it was made, in the clock's ms. */
  readonly startedMs: number
  /** Undefined: every request is answered as if it were alone. */
  readonly capacity: Capacity | undefined
  readonly journal: Journal
  readonly metrics: ServerMetrics
  readonly cadence: Cadence
  readonly prefixCache: PrefixCache
  /** Prompts are cached from their first block on, as other engines and schema tests have it. */
  readonly eagerCache: boolean
  readonly apiKeys: ReadonlySet<string>
  /** Empty: any model is served. */
  readonly models: ReadonlySet<string>
  readonly seed: number
  readonly fingerprint: string
  /** Whether requests may name this model. */
  serves(model: string): boolean
  /** Seconds since the epoch for `created`: fixed by a named seed, else now. */
  created(): number
  nextNumber(): number
  newRequestId(): string
  /** What several endpoints share, such as a store: made when it is first asked for. */
  shared<T>(make: (provider: Provider) => T): T
  /** Called by `reset`, to forget what clients have left, such as stores: all of it, or what is of one key. */
  onReset(forgetAll: () => void, forgetKey?: (key: string) => void): void
  /** Called when the server takes no more requests: what sends some of its own stops. */
  onDrain(stop: () => void): void
  /** Called when the last request is over; what it returns is waited for. */
  onClose(close: () => void | Promise<void>): void
  drain(): void
  close(): Promise<void>
  /** Changes settings while the server runs: what comes after is answered by them, what is in flight is not touched. */
  configure(changes: Partial<LiveOptions>): void
  /** The options that it was started with. */
  readonly started: ServerOptions
  /**
   * Forgets what requests have left behind: the journal, limits and faults as far as they were used up, what `when`
   * registered and how often fixtures came into play, caches, and what clients stored. Of one `x-tokadence-key`, the
   * journal's entries, fixtures and faults only. Requests in flight live on, settings and metrics stay as they are.
   */
  reset(key?: string): void
  log(level: LogLevel, message: string): void
  /** Told at the end of every request. */
  requestOver(entry: JournalEntry): void
}

export interface ProviderParts {
  /** Where the time is not manual. */
  readonly clock: Clock
  /** Where the log goes. */
  readonly write: (line: string) => void
  readonly dialect: Dialect
  readonly fixtures: OpenFixtures
  /** Where the server listens, `http://127.0.0.1:4010`. */
  readonly origin: string
}

const DEFAULT_SEED = 1
const NO_CACHE: PrefixCache = { look: () => 0, clear() {} }
/** 2025-01-01T00:00:00Z, the `created` of runs whose seed is named. */
const SEEDED_CREATED_S = 1_735_689_600

export function createProvider(
  started: ServerOptions,
  { clock: given, write, dialect, fixtures, origin }: ProviderParts,
): Provider {
  const time = createTime(started, given)
  const { clock, conductor } = time
  let options = started
  let live = createLive(options, clock)
  const seed = options.seed ?? DEFAULT_SEED
  const eagerCache = options.dialect !== 'openai' || options.lenient
  const models: ReadonlySet<string> = new Set(options.models)
  const shared = new Map<unknown, unknown>()
  const draining: (() => void)[] = []
  const resetting: { all: () => void; ofKey: ((key: string) => void) | undefined }[] = []
  const closing: (() => void | Promise<void>)[] = []
  let requests = 0

  const provider: Provider = {
    get options() {
      return options
    },
    get cadence() {
      return live.cadence
    },
    get limiter() {
      return live.limiter
    },
    get capacity() {
      return live.capacity
    },
    get faults() {
      return live.faults
    },
    attempts: createAttempts(),
    startedMs: clock.nowMs(),
    origin,
    time,
    clock,
    conductor,
    dialect,
    fixtures,
    seed,
    journal: createJournal(options.journal),
    metrics: createServerMetrics(
      () => conductor.active,
      () => stateOf(provider),
    ),
    prefixCache:
      options.promptCache === 'off' ? NO_CACHE : createPrefixCache(eagerCache ? 128 : 1024),
    eagerCache,
    apiKeys: new Set(options.apiKey),
    models,
    serves: model => models.size === 0 || models.has(model),
    fingerprint: systemFingerprint(createRandom(seed, 'fingerprint')),
    created: () =>
      options.seed === undefined ? Math.floor(clock.wallMs() / 1000) : SEEDED_CREATED_S,
    nextNumber: () => ++requests,
    newRequestId: createRequestIds(createRandom(seed, 'request ids', clock.wallMs())),
    shared<T>(make: (provider: Provider) => T): T {
      if (!shared.has(make)) shared.set(make, make(provider))
      return shared.get(make) as T
    },
    onReset: (all, ofKey) => void resetting.push({ all, ofKey }),
    onDrain: stop => void draining.push(stop),
    onClose: close => void closing.push(close),
    drain() {
      for (const stop of draining.splice(0)) stop()
    },
    async close() {
      provider.drain()
      await Promise.all(closing.splice(0).map(close => close()))
      provider.metrics.close()
    },
    configure(changes) {
      const changed = { ...options, ...changes }
      live = createLive(changed, clock, { live, options })
      options = changed
    },
    started,
    reset(key) {
      fixtures.reset(key)
      provider.attempts.clear(key)
      provider.journal.clear(key)
      if (key !== undefined) {
        for (const { ofKey } of resetting) ofKey?.(key)
        return
      }
      provider.prefixCache.clear()
      for (const { all } of resetting) all()
      live = resetLive(live, options)
    },
    log: createLog(options.logLevel, write),
    requestOver(entry) {
      if (options.logLevel === 'debug') provider.log('debug', requestLine(entry))
    },
  }
  provider.onClose(() => fixtures.close())
  provider.onClose(time.stop)
  return provider
}

const RANK = { silent: 0, error: 1, info: 2, debug: 3 }

/** Writes what `most` lets through. */
export function createLog(
  most: ServerOptions['logLevel'],
  write: (line: string) => void,
): Provider['log'] {
  return (level, message) => {
    if (RANK[level] <= RANK[most]) write(message)
  }
}

function requestLine({ method, path, model, requestId: id, done }: JournalEntry): string {
  const facts = [method, path, model ?? '-', done.status, done.outcome, `${done.chunks} chunks`]
  return `${facts.join(' ')} ${(done.durationMs ?? 0).toFixed(1)} ms ${id}`
}
