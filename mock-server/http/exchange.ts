/** One request on its way through the server: its answer's headers, its journal entry, its end. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError, organization } from '../../protocol/errors/api-error.ts'
import { internalError } from '../../protocol/errors/http.ts'
import { readRetryAfter, restyleRetryAfter } from '../../protocol/rate-limit-headers.ts'
import type { ErrorAnswer } from '../dialects/dialect.ts'
import { errorIn } from '../dialects/in-dialect.ts'
import type { Seat } from '../engine/capacity/capacity.ts'
import { type JournalEntry, type Outcome, shortenEntry } from '../engine/journal.ts'
import type { Lease } from '../engine/limits/rate-limiter.ts'
import type { Provider } from '../provider.ts'
import { answerNow } from './answer-now.ts'
import type { AzureRequest } from './azure-request.ts'
import { headersKept } from './headers-kept.ts'

export interface Exchange {
  readonly provider: Provider
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What it takes counts from here, in the clock's ms: when it came, or began to be answered after a wait for another. */
  startMs: number
  readonly entry: JournalEntry
  readonly endpoint: EndpointName
  /** How it is refused; undefined: as the dialect does. */
  refusal: ((error: ApiError, requestId: string) => ErrorAnswer) | undefined
  /** What it holds of the limits, given back when it is over. */
  lease: Lease | undefined
  /** Its place in the engine, given back when it is over; undefined: every request is answered by itself. */
  seat: Seat | undefined
  /**
   * Calls back when it is to be answered, now or later, where something may go wrong with it; throws what it is refused
   * with. Undefined: nothing goes wrong.
   */
  strike: ((answer: () => void) => void) | undefined
  /** What goes wrong with it on the wire. */
  fault: ExchangeFault | undefined
  /** What must be stopped when the request is over, however it ends; set once it is held. */
  onOver: (() => void) | undefined
  /** Told how it ended, when all that it held is given back; set where its answer is written down. */
  settled: ((outcome: Outcome) => void) | undefined
}

/** A fault at work. */
export interface ExchangeFault {
  /** Nothing more of the answer is sent, whatever is written. */
  readonly isMute: boolean
  /** Called when the exchange is to end. False: what was written is not all sent yet, and it ends later. */
  ends(outcome: Outcome): boolean
}

/** The closed set of endpoint names in metrics. */
export type EndpointName =
  | 'chat.completions'
  | 'completions'
  | 'responses'
  | 'conversations'
  | 'messages'
  | 'embeddings'
  | 'moderations'
  | 'images'
  | 'audio'
  | 'files'
  | 'uploads'
  | 'batches'
  | 'models'
  | 'other'

/** Opens the request's journal entry and watches for its end; it is over already when the client has gone. */
export function openExchange(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  endpoint: EndpointName,
): Exchange {
  const { clock, journal, metrics } = provider
  const exchange: Exchange = {
    provider,
    request,
    response,
    startMs: clock.nowMs(),
    endpoint,
    entry: {
      number: provider.nextNumber(),
      requestId: provider.newRequestId(),
      method: request.method ?? '',
      path: withoutKeys((request as AzureRequest).originalUrl ?? request.url ?? ''),
      endpoint,
      receivedAtMs: clock.wallMs(),
      attempt: attemptOf(request),
      headers: headersKept(request.headers),
      done: { outcome: 'open', status: 0, chunks: 0, bytes: 0, eventMs: [], maxPacingErrorMs: 0 },
    },
    refusal: undefined,
    lease: undefined,
    strike: undefined,
    fault: undefined,
    seat: undefined,
    onOver: undefined,
    settled: undefined,
  }
  journal.add(exchange.entry)
  metrics.requestStarted()
  const onClose = () => {
    if (exchange.entry.done.outcome === 'open') hangUp(exchange)
  }
  response.on('close', onClose)
  const { socket } = request
  // A response that waits for its turn in the pipe is not told that its connection is gone.
  if (!response.socket) {
    socket.setMaxListeners(0).once('close', onClose)
    response.once('close', () => socket.off('close', onClose))
  }
  // Nor is one told whose client went while what answers it was loaded.
  if (socket.destroyed) hangUp(exchange)
  return exchange
}

/** Azure's older clients put their key into the query, which is told in logs. */
function withoutKeys(url: string): string {
  return url.includes('key=') ? url.replace(/([?&][\w-]*key=)[^&]*/gi, '$1[redacted]') : url
}

function attemptOf(request: IncomingMessage): number {
  const retries = Number(request.headers['x-stainless-retry-count'] ?? 0)
  return Number.isInteger(retries) && retries >= 0 ? retries + 1 : 1
}

/** Ends the exchange once: gives back what it holds and records how it went. */
export function closeExchange(exchange: Exchange, outcome: Outcome): void {
  const { entry, provider, startMs, endpoint, response } = exchange
  if (entry.done.outcome !== 'open') return
  if (exchange.fault !== undefined && !exchange.fault.ends(outcome)) return
  const nowMs = provider.clock.nowMs()
  const durationMs = nowMs - startMs
  entry.done.outcome = outcome
  entry.done.durationMs = durationMs
  entry.done.status = response.headersSent ? response.statusCode : 0
  shortenEntry(entry)
  exchange.onOver?.()
  exchange.onOver = undefined
  exchange.seat?.leave(nowMs)
  exchange.lease?.release(entry.done.outputTokens ?? 0, nowMs)
  const { metrics } = provider
  metrics.requestEnded()
  metrics.requestAnswered(endpoint, entry.done.status)
  metrics.requestDuration.observe(durationMs / 1000)
  const queueMs = entry.intended?.queueMs
  if (queueMs !== undefined) metrics.queueWait.observe(queueMs / 1000)
  provider.requestOver(entry)
  provider.journal.over(entry)
  exchange.settled?.(outcome)
}

function hangUp(exchange: Exchange): void {
  const stage = exchange.response.headersSent ? 'streaming' : 'before_headers'
  exchange.provider.metrics.clientDisconnects.add(1, stage)
  exchange.entry.done.hungUpMs = exchange.provider.clock.nowMs() - exchange.startMs
  closeExchange(exchange, 'hung-up')
}

/** The headers of every answer, added to `headers`, a flat list of names and values. */
export function addAnswerHeaders(exchange: Exchange, headers: string[]): string[] {
  const { entry, provider, startMs } = exchange
  const processingMs = Math.round(provider.clock.nowMs() - startMs)
  const own = provider.dialect.answer?.headers
  if (own) {
    headers.push(...flatHeaders(own(entry.requestId, processingMs)))
    return headers
  }
  headers.push(
    'openai-version',
    '2020-10-01',
    'openai-organization',
    organization,
    'openai-processing-ms',
    String(processingMs),
    'x-request-id',
    entry.requestId,
  )
  return headers
}

/** `{ name: value }` as a flat list of names and values. */
export function flatHeaders(headers: Readonly<Record<string, string>> = {}): string[] {
  const list: string[] = []
  for (const [name, value] of Object.entries(headers)) list.push(name, value)
  return list
}

export function sendJson(
  exchange: Exchange,
  status: number,
  json: string,
  more: readonly string[] = [],
): void {
  const bytes = Buffer.byteLength(json)
  const headers = ['content-type', 'application/json', 'content-length', String(bytes)]
  for (const header of more) headers.push(header)
  exchange.entry.done.bytes += bytes
  const { response } = exchange
  addAnswerHeaders(exchange, headers)
  // Plain ASCII is cheaper as latin1.
  const encoding = bytes === json.length ? 'latin1' : 'utf8'
  // A refusal's headers may be odd on purpose, and who bends an answer or writes it down watches the usual way.
  const isWatched = exchange.fault !== undefined || exchange.settled !== undefined
  if (status === 200 && !isWatched && answerNow(response, status, headers, json, encoding)) return
  response.writeHead(status, headers)
  response.end(json, encoding)
}

/** Sends a whole body that is not JSON, and ends the exchange. `more`: names and values, the content type among them. */
export function sendBytes(
  exchange: Exchange,
  bytes: Uint8Array,
  more: readonly string[] = [],
): void {
  const headers = ['content-length', String(bytes.length), ...more]
  exchange.entry.done.bytes += bytes.length
  exchange.response.writeHead(200, addAnswerHeaders(exchange, headers))
  exchange.response.end(bytes)
  closeExchange(exchange, 'ok')
}

/** Thrown to leave off a request that what went wrong with it has answered, or never will. */
export const struck = new Error('The request was struck by a fault.')

/** A fault of our own, counted and logged. */
export function reportUnexpected({ metrics, log }: Provider, error: unknown): void {
  metrics.internalErrors.add()
  log('error', `unexpected: ${(error as Error)?.stack ?? String(error)}`)
}

/** The only place where an error becomes an answer. What is not an ApiError is our own bug. */
export function sendError(exchange: Exchange, error: unknown): void {
  const { provider, response, entry } = exchange
  if (entry.done.outcome !== 'open' || error === struck) return
  const refused = error instanceof ApiError
  const answer = refused ? error : internalError()
  if (!refused) reportUnexpected(provider, error)
  entry.error = { code: answer.code, message: refused ? answer.message : String(error) }
  if (response.headersSent) response.destroy()
  else {
    const said = exchange.refusal?.(answer, entry.requestId) ?? errorIn(provider.dialect, answer)
    const { status, json } = said
    const wallMs = provider.clock.wallMs()
    const headers = restyleRetryAfter(said.headers, provider.options.retryAfter, wallMs)
    entry.retryAfterMs = readRetryAfter(name => headers[name], wallMs)
    sendJson(exchange, status, json, flatHeaders(headers))
  }
  closeExchange(exchange, refused ? 'refused' : 'failed')
}
