/** Every instrument of the mock server. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import {
  durationEdgesSeconds,
  gapEdgesSeconds,
  pacingErrorEdgesSeconds,
  ttftEdgesSeconds,
} from '../base/buckets.ts'
import { createInstruments } from '../base/instruments.ts'
import { version } from '../base/package.ts'
import { limitKinds } from '../protocol/errors/limit.ts'
import { addState, type ServerState } from './metrics/state.ts'

export type ServerMetrics = ReturnType<typeof createServerMetrics>

/** `active`: how many streams are being played now; `state`: read when metrics are shown. */
export function createServerMetrics(
  active: () => number,
  state: () => ServerState = () => ({ wallMs: 0 }),
) {
  const instruments = createInstruments()
  const { counter, gauge, reading, histogram } = instruments
  const info = gauge({
    name: 'tokadence_mock_info',
    help: 'Always 1; its label tells the version.',
    labels: ['version'],
  })
  info.set(1, version)
  reading(
    { name: 'tokadence_mock_streams_active', help: 'Replies being played, streamed or not.' },
    active,
  )
  reading(
    { name: 'tokadence_mock_resident_memory_bytes', help: 'Resident memory of the process.' },
    () => process.memoryUsage.rss(),
  )
  addState(instruments, state)
  const lag = lagMonitor()
  reading(
    {
      name: 'tokadence_mock_event_loop_lag_seconds',
      help: 'The 99th percentile of event loop delay since it was last read.',
    },
    lag.read,
  )
  let requestsInFlight = 0
  reading(
    { name: 'tokadence_mock_requests_in_flight', help: 'Requests received and not yet over.' },
    () => requestsInFlight,
  )

  const tokens = counter({
    name: 'tokadence_mock_tokens_total',
    help: 'Tokens of prompts (input) and of replies as far as they were written (output).',
    labels: ['kind'],
  })
  const requests = counter({
    name: 'tokadence_mock_requests_total',
    help: 'Requests answered, by endpoint and HTTP status.',
    labels: ['endpoint', 'status'],
  })
  const answered = new Map<string, { value: number }[]>()
  function requestAnswered(endpoint: string, status: number): void {
    let ofStatus = answered.get(endpoint)
    if (!ofStatus) {
      ofStatus = []
      answered.set(endpoint, ofStatus)
    }
    ofStatus[status] ??= requests.series(endpoint, String(status))
    ofStatus[status].value++
  }
  const rateLimited = counter({
    name: 'tokadence_mock_rate_limited_total',
    help: 'Requests refused with 429, by the limit that was reached.',
    labels: ['limit'],
  })
  const clientDisconnects = counter({
    name: 'tokadence_mock_client_disconnects_total',
    help: 'Clients that hung up before their answer was over.',
    labels: ['stage'],
  })
  // Shown from the start: a series that appears with its first event has no rate for it.
  for (const limit of limitKinds) rateLimited.add(0, limit)
  for (const stage of ['before_headers', 'streaming']) clientDisconnects.add(0, stage)

  return {
    instruments,
    requestStarted: () => void requestsInFlight++,
    requestEnded: () => void requestsInFlight--,
    /** Requests received and not yet over. */
    inFlight: () => requestsInFlight,
    requestAnswered,
    inputTokens: tokens.series('input'),
    outputTokens: tokens.series('output'),
    rateLimited,
    clientDisconnects,
    faults: counter({
      name: 'tokadence_mock_faults_total',
      help: 'Requests in which something went wrong on purpose, by the name of the fault.',
      labels: ['fault'],
    }),
    idempotentReplays: counter({
      name: 'tokadence_mock_idempotent_replays_total',
      help: 'Requests that were given an earlier answer once more, by their Idempotency-Key.',
    }),
    queueWait: histogram({
      name: 'tokadence_mock_queue_wait_seconds',
      help: 'How long requests waited for a slot; only where there is a capacity.',
      edges: ttftEdgesSeconds,
    }),
    internalErrors: counter({
      name: 'tokadence_mock_internal_errors_total',
      help: 'Failures of the mock server itself. Anything but 0 is a bug.',
    }),
    timeToFirstToken: histogram({
      name: 'tokadence_mock_time_to_first_token_seconds',
      help: 'From the request to the first token written, streamed replies only.',
      edges: ttftEdgesSeconds,
    }),
    interTokenLatency: histogram({
      name: 'tokadence_mock_inter_token_latency_seconds',
      help: 'Between two writes of tokens of one reply.',
      edges: gapEdgesSeconds,
    }),
    requestDuration: histogram({
      name: 'tokadence_mock_request_duration_seconds',
      help: "From the request to its answer's end.",
      edges: durationEdgesSeconds,
    }),
    pacingError: histogram({
      name: 'tokadence_mock_pacing_error_seconds',
      help: 'How much later than intended a token was written: the mock server on itself.',
      edges: pacingErrorEdgesSeconds,
    }),
    close: lag.close,
  }
}

/** Starts watching at the first reading, so that nobody who does not ask pays for it. */
function lagMonitor() {
  let monitor: ReturnType<typeof monitorEventLoopDelay> | undefined
  return {
    read(): number {
      if (!monitor) {
        monitor = monitorEventLoopDelay({ resolution: 10 })
        monitor.enable()
      }
      const p99 = monitor.percentile(99)
      monitor.reset()
      return p99 > 0 ? Math.max(0, p99 / 1e9 - 0.01) : 0
    },
    close: () => void monitor?.disable(),
  }
}
