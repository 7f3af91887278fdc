/** The provider: everything that requests share, made once from the options. */
import type { Clock } from '../base/clock.ts'
import { createRandom } from '../base/random.ts'
import { createRequestIds, systemFingerprint } from '../protocol/ids.ts'
import { type Conductor, createConductor } from './engine/conductor.ts'
import { createJournal, type Journal, type JournalEntry } from './engine/journal.ts'
import type { Cadence } from './engine/plan.ts'
import { createRateLimiter, type RateLimiter } from './engine/rate-limiter.ts'
import { createServerMetrics, type ServerMetrics } from './metrics.ts'
import type { ServerOptions } from './options.ts'

export type LogLevel = 'error' | 'info' | 'debug'

export interface Provider {
  readonly options: ServerOptions
  readonly clock: Clock
  readonly conductor: Conductor
  readonly limiter: RateLimiter
  readonly journal: Journal
  readonly metrics: ServerMetrics
  readonly cadence: Cadence
  readonly apiKeys: ReadonlySet<string>
  /** Empty: any model is served. */
  readonly models: ReadonlySet<string>
  readonly seed: number
  readonly fingerprint: string
  /** Seconds since the epoch for `created`: fixed by a named seed, else now. */
  created(): number
  nextNumber(): number
  newRequestId(): string
  log(level: LogLevel, message: string): void
  /** Told at the end of every request. */
  requestOver(entry: JournalEntry): void
}

const DEFAULT_SEED = 1
/** 2025-01-01T00:00:00Z, the `created` of runs whose seed is named. */
const SEEDED_CREATED_S = 1_735_689_600

export function createProvider(
  options: ServerOptions,
  { clock, write }: { clock: Clock; write: (line: string) => void },
): Provider {
  const conductor = createConductor(clock)
  const seed = options.seed ?? DEFAULT_SEED
  const { ttft, itl, tokens } = options
  const rank = { silent: 0, error: 1, info: 2, debug: 3 }
  let requests = 0

  const provider: Provider = {
    options,
    clock,
    conductor,
    seed,
    limiter: createRateLimiter({
      requestsPerMinute: options.rpm,
      tokensPerMinute: options.tpm,
      maxConcurrent: options.maxConcurrent,
    }),
    journal: createJournal(options.journal),
    metrics: createServerMetrics(() => conductor.active),
    cadence: { ttft, itl, tokens },
    apiKeys: new Set(options.apiKey),
    models: new Set(options.models),
    fingerprint: systemFingerprint(createRandom(seed, 'fingerprint')),
    created: () =>
      options.seed === undefined ? Math.floor(clock.wallMs() / 1000) : SEEDED_CREATED_S,
    nextNumber: () => ++requests,
    newRequestId: createRequestIds(createRandom(seed, 'request ids', clock.wallMs())),
    log(level, message) {
      if (rank[level] <= rank[options.logLevel]) write(message)
    },
    requestOver(entry) {
      if (options.logLevel === 'debug') provider.log('debug', requestLine(entry))
    },
  }
  return provider
}

function requestLine({ method, path, model, requestId: id, done }: JournalEntry): string {
  const facts = [method, path, model ?? '-', done.status, done.outcome, `${done.chunks} chunks`]
  return `${facts.join(' ')} ${(done.durationMs ?? 0).toFixed(1)} ms ${id}`
}
