/**
 * `GET /_tokadence/state`: what the live page draws, small and cheap: totals since the start, of which a reader makes
 * rates, and the last requests without their words.
 */
import type { Application } from 'express'
import type { Buckets } from '../../../base/buckets.ts'
import { systemClock } from '../../../base/clock.ts'
import { version } from '../../../base/package.ts'
import type { JournalEntry } from '../../engine/journal.ts'
import type { Provider } from '../../provider.ts'
import { addResource } from './resource.ts'

/** Requests that are told: of those in flight, and of those that are over. */
const MOST_OPEN = 6
const MOST_OVER = 19
/** The newest requests, among which those in flight are looked for. */
const LOOKED_AT = 100
/** Limits that are told, of as many keys and models. */
const MOST_LIMITS = 20

export function addState(app: Application, provider: Provider): void {
  const { clock, startedMs } = provider
  const startedAtMs = Math.round(clock.wallMs() - (clock.nowMs() - startedMs))
  addResource(app, provider, '/_tokadence/state', {
    GET() {
      // Watched from the first time on, so that nobody who does not ask pays for it.
      const latest = provider.shared(watchLatest)
      const revision = provider.shared(countRevisions)()
      return { startedAtMs, revision, ...stateOf(provider), latest: latest().map(rowOf) }
    },
  })
}

/** Counts changes of the settings, as far as they are asked for: another number, and they are to be read again. */
function countRevisions(provider: Provider): () => number {
  let seen = provider.options
  let revision = 0
  return () => {
    if (provider.options !== seen) revision++
    seen = provider.options
    return revision
  }
}

/** In flight and over, each newest first: at 1,000 streams the last that came would all be in flight. */
function watchLatest({ journal, onReset }: Provider): () => JournalEntry[] {
  const isOpen = ({ done }: JournalEntry) => done.outcome === 'open'
  let over = journal.latest(MOST_OPEN + MOST_OVER).filter(entry => !isOpen(entry))
  journal.watch(entry => {
    if (over.unshift(entry) > MOST_OVER) over.pop()
  })
  onReset(() => {
    over = []
  })
  return () => [...journal.latest(LOOKED_AT).filter(isOpen).slice(0, MOST_OPEN), ...over]
}

function stateOf(provider: Provider) {
  const { metrics, conductor, time, clock } = provider
  return {
    version,
    /** Monotonic ms of the system, also where the server's own clock is manual. */
    sampledAtMs: systemClock.nowMs(),
    clock: { kind: time.control.kind, wallMs: time.control.wallMs() },
    streams: conductor.active,
    inFlight: metrics.inFlight(),
    totals: {
      requests: metrics.requestDuration.count,
      inputTokens: metrics.inputTokens.value,
      outputTokens: metrics.outputTokens.value,
      internalErrors: metrics.internalErrors.value(),
    },
    ttft: bucketsOf(metrics.timeToFirstToken),
    pacingError: bucketsOf(metrics.pacingError),
    limits: provider.limiter.state(clock.nowMs(), MOST_LIMITS),
    capacity: provider.capacity?.state(),
  }
}

/** `edges` in seconds; `counts` of each bucket since the start, the last one above all edges. */
function bucketsOf({ edges, counts }: Buckets) {
  return { edges, counts: [...counts] }
}

/** No prompt and no key; texts of clients are cut. */
function rowOf({ done, intended, error, ...entry }: JournalEntry) {
  const { number, requestId, receivedAtMs, method, path, model, stream, attempt, fault } = entry
  return {
    number,
    requestId,
    atMs: receivedAtMs,
    method,
    path: cut(path),
    model: cut(model),
    stream,
    attempt,
    fault,
    outcome: done.outcome,
    status: done.status,
    code: cut(error?.code ?? error?.message),
    retryAfterMs: entry.retryAfterMs,
    promptTokens: intended?.promptTokens,
    outputTokens: intended?.outputTokens,
    queueMs: intended?.queueMs,
    dueMs: intended?.dueMs[0],
    firstTokenMs: done.firstTokenMs,
    durationMs: done.durationMs,
    pacingErrorMs: done.maxPacingErrorMs,
  }
}

const MOST_LENGTH = 80

function cut(text: string | undefined): string | undefined {
  return text !== undefined && text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH)}…` : text
}
