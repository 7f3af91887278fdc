/** Every request of the API when answers come from elsewhere: from a recording, from an upstream, or neither. */
import type { IncomingMessage } from 'node:http'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { bodyTooLarge, unknownUrl } from '../../protocol/errors/http.ts'
import { noRecording, unreadableRecording } from '../../protocol/errors/own.ts'
import { keptBodyBytes } from '../engine/journal.ts'
import type { Provider } from '../provider.ts'
import { type Entry, type Library, openLibrary } from '../record/library.ts'
import { canonicalRequest, requestKey } from '../record/match.ts'
import { describeMiss } from '../record/nearest.ts'
import { openRecorder } from '../record/recorder.ts'
import type { RecordedRequest } from '../record/recording.ts'
import type { RecordSettings } from '../record/settings.ts'
import { createTape } from '../record/tape.ts'
import { pathOf, type RequestHandler } from './endpoint.ts'
import { type EndpointName, type Exchange, openExchange, sendError } from './exchange.ts'
import { createProxy } from './proxy.ts'
import { playRecording } from './replay.ts'

/**
 * Opens the folders. Throws OptionError for a folder that cannot be used, or a recording that is broken,
 * with its place.
 */
export async function createUpstreamHandler(
  provider: Provider,
  settings: RecordSettings,
): Promise<RequestHandler> {
  const { upstream, record, replay, speed } = settings
  const recorder = record === undefined ? undefined : await openRecorder(record)
  const library = replay === undefined ? undefined : await openLibrary(replay)
  const proxy = upstream && createProxy(upstream)
  provider.onClose(async () => {
    proxy?.close()
    await recorder?.settled()
  })
  const room = { heldBytes: 0 }

  function answer(exchange: Exchange, body: Buffer): void {
    const { request, entry } = exchange
    const askedAtMs = provider.clock.nowMs()
    const { method = '', url = '', headers } = request
    const secrets = [...secretsOf(request), upstream?.key ?? '']
    const asked = canonicalRequest({ method, url, headers, body }, secrets)
    noteRequest(exchange, asked, body.length)
    const found = library?.next(entry.key!)
    if (found) play(exchange, found, askedAtMs)
    else if (proxy) forward(exchange, { asked, body, secrets })
    else refuse(exchange, asked, library!)
  }

  function play(exchange: Exchange, found: Entry, askedAtMs: number): void {
    found.read().then(
      recording => playRecording(exchange, recording, { name: found.name, askedAtMs, speed }),
      error => sendError(exchange, unreadableRecording(found.name, (error as Error).message)),
    )
  }

  function forward(
    exchange: Exchange,
    { asked, body, secrets }: { asked: RecordedRequest; body: Buffer; secrets: readonly string[] },
  ): void {
    const requestBytes = body.length
    const tape = recorder && createTape(asked, { room, secrets, requestBytes })
    proxy!.forward(exchange, {
      body,
      tape,
      onWhole(endMs) {
        if (!recorder || !tape) return
        const recording = tape.end(endMs)
        if ('why' in recording) return lose(exchange, asked, recording.why)
        const saved = recorder.save(recording)
        library?.add(recording, saved)
        saved
          .catch(error => lose(exchange, asked, (error as Error).message))
          .finally(() => tape.drop())
      },
    })
  }

  /** The client has its answer; whoever runs the server is told that the folder has not. */
  function lose({ entry }: Exchange, { method, path }: RecordedRequest, why: string): void {
    const message = `${method} ${path} was not recorded: ${why}`
    provider.log('error', message)
    entry.error = { code: 'not_recorded', message }
  }

  function refuse(exchange: Exchange, asked: RecordedRequest, { entries }: Library): void {
    describeMiss(asked, entries()).then(
      words => sendError(exchange, noRecording(words)),
      error => sendError(exchange, error),
    )
  }

  return (request, response) => {
    provider.conductor.keepUp()
    const path = pathOf(request.url)
    const exchange = openExchange(provider, request, response, endpointOf(path))
    const fault = faultOf(request, path)
    if (fault) {
      request.resume()
      sendError(exchange, fault)
      return
    }
    readBytes(request, provider.options.maxBodyBytes, (error, body) => {
      if (exchange.entry.done.outcome !== 'open') return
      if (error) return sendError(exchange, error)
      try {
        answer(exchange, body)
      } catch (failure) {
        sendError(exchange, failure)
      }
    })
  }
}

/** What is not even passed on: the path must stay below the upstream's own. */
function faultOf({ method = '' }: IncomingMessage, path: string): ApiError | undefined {
  const isPath = /^\/[\x21-\x7e]*$/.test(path) && !DOT_SEGMENT.test(path)
  return isPath ? undefined : unknownUrl(method, path)
}

/** `.` or `..` between slashes of any kind, however they are written. */
const DOT_SEGMENT = /(?:[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\]|%2f|%5c|$)/i

/** What the journal tells of it. */
function noteRequest({ entry }: Exchange, asked: RecordedRequest, bodyBytes: number): void {
  entry.key = requestKey(asked)
  if (asked.body?.kind !== 'json') return
  const { value } = asked.body
  if (bodyBytes <= keptBodyBytes) entry.body = value
  const { model, stream } = (value ?? {}) as { model?: unknown; stream?: unknown }
  if (typeof model === 'string') entry.model = model
  if (typeof stream === 'boolean') entry.stream = stream
}

/** The keys that the client has sent, which an answer may say again. */
function secretsOf({ headers }: IncomingMessage): string[] {
  const { authorization = '', 'api-key': azure, 'x-api-key': other } = headers
  const key = authorization.replace(/^\w+\s+/, '')
  return [key, azure, other].flat().filter(one => one !== undefined)
}

const SEGMENTS: readonly EndpointName[] = [
  'completions',
  'responses',
  'conversations',
  'embeddings',
  'moderations',
  'images',
  'audio',
  'files',
  'uploads',
  'batches',
  'models',
]

function endpointOf(path: string): EndpointName {
  const bare = path.replace(/^\/v1(?=\/)/, '')
  if (bare.startsWith('/chat/completions')) return 'chat.completions'
  return SEGMENTS.find(segment => bare.split('/')[1] === segment) ?? 'other'
}

/** Calls back once with the whole body, or with what is said of one that is too large. */
function readBytes(
  request: IncomingMessage,
  maxBytes: number,
  done: (error: ApiError | undefined, body: Buffer) => void,
): void {
  let parts: Buffer[] = []
  let length = 0
  request.on('data', (part: Buffer) => {
    length += part.length
    // Read to its end all the same, or the client would not read our answer.
    if (length > maxBytes) parts = []
    else parts.push(part)
  })
  request.on('end', () => {
    if (length > maxBytes) done(bodyTooLarge(maxBytes), Buffer.alloc(0))
    else done(undefined, Buffer.concat(parts))
  })
}
