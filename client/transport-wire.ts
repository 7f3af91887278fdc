/** The wire itself: undici for HTTP, eventsource-parser for events. */
import { pipeline, type Readable } from 'node:stream'
import { constants, createUnzip } from 'node:zlib'
import { Agent, request as send } from 'undici'
import type { Clock } from '../base/clock.ts'
import { createAlikeParser, type Parse } from './alike.ts'
import { eventReads } from './event-stream.ts'
import { readsOf } from './reads.ts'
import {
  BadStreamError,
  checkEventStream,
  type Headers,
  parseJson,
  readText,
  refusedError,
  type Transport,
  type WireResponse,
  withoutKey,
} from './transport.ts'

export interface TransportOptions {
  /** Without a slash at its end. */
  readonly url: string
  readonly apiKey: string
  /** Ms; 0: no limit. */
  readonly connectTimeout: number
}

export interface WireOptions extends TransportOptions {
  /** At the end of every address: '' or `?api-version=…`. */
  readonly query?: string
  /** What shows the key, where it is not `Authorization: Bearer`. */
  readonly keyHeaders?: Headers
}

export function createWireTransport(
  {
    url,
    apiKey,
    connectTimeout,
    query = '',
    keyHeaders = { authorization: `Bearer ${apiKey}` },
  }: WireOptions,
  clock: Clock,
): Transport {
  const agent = createAgent(connectTimeout)
  const common = {
    ...keyHeaders,
    'content-type': 'application/json',
    'user-agent': 'tokadence',
  }

  return {
    async send({ api, body, headers }, signal) {
      const isStream = body.stream === true
      const response = await send(`${url}/${paths[api]}${query}`, {
        method: 'POST',
        dispatcher: agent,
        signal,
        headers: {
          ...common,
          accept: isStream ? 'text/event-stream' : 'application/json',
          ...headers,
        },
        body: JSON.stringify(body),
      })
      const status = response.statusCode
      const answered = flatten(response.headers)
      const answer = decoded(response.body, answered['content-encoding'])
      if (status < 200 || status > 299) {
        const text = withoutKey(await readText(answer), apiKey)
        throw refusedError(status, answered, text, clock.wallMs())
      }
      if (isStream) await checkEventStream(answered, () => readText(answer))
      const chunks = isStream ? parsed(answer, clock) : whole(answer)
      return { status, headers: answered, chunks } satisfies WireResponse
    },
    close: () => agent.destroy(),
  }
}

const paths = { chat: 'chat/completions', responses: 'responses' } as const

/** Connections without limit (the limiter is ours) and without timeouts but for connecting (likewise). */
export function createAgent(connectTimeout: number): Agent {
  return new Agent({ connect: { timeout: connectTimeout }, headersTimeout: 0, bodyTimeout: 0 })
}

/** Some proxies compress whether they are asked to or not; what has come is given out at once. */
function decoded(body: Readable, encoding: string | undefined): Readable {
  if (!encoding || !/^(x-)?gzip$|^deflate$/i.test(encoding)) return body
  const flush = constants.Z_SYNC_FLUSH
  // An error of either ends both, and comes to whoever reads.
  return pipeline(body, createUnzip({ flush, finishFlush: flush }), () => undefined)
}

function parsed(body: Readable, clock: Clock): AsyncIterable<Iterable<unknown>> {
  const source = { bytes: readsOf(body), cancel: () => body.destroy() }
  const parse = createAlikeParser()
  return eventReads(source, clock, texts => parsedOneByOne(texts, parse))
}

/** What comes before a chunk that is no JSON is still given out. */
function* parsedOneByOne(texts: readonly string[], parse: Parse): Generator<unknown> {
  for (const text of texts) yield parseChunk(text, parse)
}

async function* whole(body: Readable): AsyncGenerator<Iterable<unknown>> {
  yield [parseChunk(await readText(body))]
}

function parseChunk(text: string, parse: Parse = JSON.parse): unknown {
  const json = parseJson(text, parse)
  if (json !== undefined) return json
  throw new BadStreamError(`Expected JSON, but got ${text.slice(0, 120)}`)
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}
