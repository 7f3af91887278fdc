/** The provider: everything that requests share, made once from the options. */
import type { Clock } from '../base/clock.ts'
import { createRandom } from '../base/random.ts'
import { createRequestIds, systemFingerprint } from '../protocol/ids.ts'
import type { Dialect } from './dialects/dialect.ts'
import { type Conductor, createConductor } from './engine/conductor.ts'
import { createJournal, type Journal, type JournalEntry } from './engine/journal.ts'
import type { Cadence } from './engine/plan.ts'
import { createPrefixCache, type PrefixCache } from './engine/prefix-cache.ts'
import type { RateLimiter } from './engine/rate-limiter.ts'
import type { OpenFixtures } from './fixtures/open-fixtures.ts'
import { createLive } from './live.ts'
import { createServerMetrics, type ServerMetrics } from './metrics.ts'
import type { LiveOptions, ServerOptions } from './options.ts'

export type LogLevel = 'error' | 'info' | 'debug'

export interface Provider {
  readonly options: ServerOptions
  readonly origin: string
  readonly clock: Clock
  readonly conductor: Conductor
  readonly dialect: Dialect
  readonly fixtures: OpenFixtures
  readonly limiter: RateLimiter
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
  /** Called when the server takes no more requests: what sends some of its own stops. */
  onDrain(stop: () => void): void
  /** Called when the last request is over; what it returns is waited for. */
  onClose(close: () => void | Promise<void>): void
  drain(): void
  close(): Promise<void>
  /** Changes settings while the server runs: what comes after is answered by them, what is in flight is not touched. */
  configure(changes: Partial<LiveOptions>): void
  log(level: LogLevel, message: string): void
  /** Told at the end of every request. */
  requestOver(entry: JournalEntry): void
}

export interface ProviderParts {
  readonly clock: Clock
  /** Where the log goes. */
  readonly write: (line: string) => void
  readonly dialect: Dialect
  readonly fixtures: OpenFixtures
  /** Where the server listens, `http://127.0.0.1:4010`. */
  readonly origin: string
}

const DEFAULT_SEED = 1
/** 2025-01-01T00:00:00Z, the `created` of runs whose seed is named. */
const SEEDED_CREATED_S = 1_735_689_600

export function createProvider(
  started: ServerOptions,
  { clock, write, dialect, fixtures, origin }: ProviderParts,
): Provider {
  const conductor = createConductor(clock)
  let options = started
  let live = createLive(options)
  const seed = options.seed ?? DEFAULT_SEED
  const eagerCache = options.dialect !== 'openai' || options.lenient
  const models: ReadonlySet<string> = new Set(options.models)
  const shared = new Map<unknown, unknown>()
  const draining: (() => void)[] = []
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
    origin,
    clock,
    conductor,
    dialect,
    fixtures,
    seed,
    journal: createJournal(options.journal),
    metrics: createServerMetrics(() => conductor.active),
    prefixCache: createPrefixCache(eagerCache ? 128 : 1024),
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
      live = createLive(changed, { live, options })
      options = changed
    },
    log: createLog(options.logLevel, write),
    requestOver(entry) {
      if (options.logLevel === 'debug') provider.log('debug', requestLine(entry))
    },
  }
  provider.onClose(() => fixtures.close())
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
