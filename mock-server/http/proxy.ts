/**
 * A request passed on to a real provider, and its answer to the client, chunk by chunk as it comes. A
 * client that reads slowly slows the upstream, one that hangs up cancels it.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, type Dispatcher } from 'undici'
import { upstreamFailed } from '../../protocol/errors/own.ts'
import type { UpstreamSettings } from '../record/settings.ts'
import type { Tape } from '../record/tape.ts'
import { closeExchange, type Exchange, sendError } from './exchange.ts'
import { sendHead } from './send-head.ts'

export interface Forwarded {
  readonly body: Buffer
  /** Takes the answer down; whoever gave it hears when it is whole, before the client does. */
  readonly tape: Tape | undefined
  onWhole(endMs: number): void
}

export interface Proxy {
  forward(exchange: Exchange, forwarded: Forwarded): void
  close(): void
}

const CONNECT_MS = 10_000
/** How long an upstream may be silent: models that think take minutes. */
const SILENCE_MS = 15 * 60_000

export function createProxy({ origin, basePath, key }: UpstreamSettings): Proxy {
  const agent = new Agent({
    connect: { timeout: CONNECT_MS },
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  })

  return {
    forward(exchange, forwarded) {
      const { method = 'GET', url = '/', headers } = exchange.request
      const { body, tape } = forwarded
      const asked = {
        origin,
        path: upstreamPath(url, basePath),
        method,
        headers: upstreamHeaders(headers, { key, isRecorded: tape !== undefined }),
        body: body.length > 0 ? body : null,
      }
      agent.dispatch(asked, passOn(exchange, forwarded, origin))
    },
    close: () => void agent.destroy(),
  }
}

function passOn(
  exchange: Exchange,
  { tape, onWhole }: Forwarded,
  origin: string,
): Dispatcher.DispatchHandler {
  const { response, entry, provider } = exchange
  const { clock } = provider
  let sentAtMs = clock.nowMs()
  const sinceSentMs = () => clock.nowMs() - sentAtMs
  let abort = () => {}
  exchange.onOver = () => {
    tape?.drop()
    abort()
  }

  return {
    onRequestStart(controller) {
      abort = () => controller.abort(new Error('The client is gone.'))
      if (entry.done.outcome !== 'open') abort()
      sentAtMs = clock.nowMs()
    },
    onResponseStart(controller, status) {
      if (status < 200) return // informational: the answer is to come
      const headers = readHeaders(controller)
      tape?.head(sinceSentMs(), status, headers)
      sendHead(response, status, clientHeaders(exchange, headers))
    },
    onResponseData(controller, bytes) {
      tape?.chunk(sinceSentMs(), bytes)
      entry.done.chunks++
      entry.done.bytes += bytes.length
      if (response.write(bytes)) return
      controller.pause()
      response.once('drain', () => controller.resume())
    },
    onResponseEnd() {
      exchange.onOver = undefined
      onWhole(sinceSentMs())
      response.end()
      closeExchange(exchange, response.statusCode < 400 ? 'ok' : 'refused')
    },
    onResponseError(_, error) {
      sendError(exchange, upstreamFailed(origin, wordsOf(error)))
    },
  }
}

/** The client's path behind the upstream's; `/v1` stands for the upstream's own path where it has one. */
function upstreamPath(url: string, basePath: string): string {
  return basePath === '' ? url : basePath + url.replace(/^\/v1(?=[/?]|$)/, '')
}

/** What is between two neighbours on the way, and no part of the message. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

function upstreamHeaders(
  headers: IncomingHttpHeaders,
  { key, isRecorded }: { key: string | undefined; isRecorded: boolean },
): Record<string, string | string[]> {
  // Made anew from the body that was read, or for us.
  const own = new Set([...hopByHop(headers.connection), 'host', 'content-length', 'expect'])
  const passed: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !own.has(name) && !name.startsWith('x-tokadence-')) {
      passed[name] = value
    }
  }
  // What comes compressed could not be read in the recording.
  if (isRecorded) passed['accept-encoding'] = 'identity'
  if (key !== undefined) {
    passed.authorization = `Bearer ${key}`
    for (const name of ['api-key', 'x-api-key']) if (name in passed) passed[name] = key
  }
  return passed
}

/** Read as Latin-1, as Node writes them: other bytes, such as UTF-8 in a file's name, stay as they are. */
function readHeaders({ rawHeaders }: Dispatcher.DispatchController): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  const raw = Array.isArray(rawHeaders) ? rawHeaders.map(item => item.toString('latin1')) : []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    headers[name] = [...(headers[name] ?? []), raw[i + 1]!]
  }
  return headers
}

function hopByHop(connection = ''): string[] {
  const named = connection.toLowerCase().split(',')
  return [...HOP_BY_HOP, ...named.map(name => name.trim())]
}

/** Names and values; those of the upstream, and where the journal has it. */
function clientHeaders({ entry }: Exchange, headers: Record<string, string[]>): string[] {
  const dropped = new Set(hopByHop(headers.connection?.join(',')))
  const passed = Object.entries(headers).flatMap(([name, values]) =>
    dropped.has(name) ? [] : values.flatMap(value => [name, value]),
  )
  return [...passed, 'x-tokadence-request-id', entry.requestId]
}

function wordsOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  const known = code === undefined ? undefined : KNOWN_FAILURES[code]
  return known ?? `${error.message || error.name}${code === undefined ? '' : ` (${code})`}`
}

const KNOWN_FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections (ECONNREFUSED)',
  ECONNRESET: 'it reset the connection (ECONNRESET)',
  ENOTFOUND: 'there is no such host (ENOTFOUND)',
  UND_ERR_CONNECT_TIMEOUT: `no connection within ${CONNECT_MS / 1000} s`,
  UND_ERR_HEADERS_TIMEOUT: `it was silent for ${SILENCE_MS / 60_000} minutes`,
  UND_ERR_BODY_TIMEOUT: `it was silent for ${SILENCE_MS / 60_000} minutes`,
  UND_ERR_SOCKET: 'it closed the connection before its answer was whole',
}
