/**
 * The official `openai` package as a transport: its requests and its stream, none of its retries.
 *
 * Its `fetch` is watched, because the package takes a page of HTML, a JSON error under 200 and a cut
 * stream for an answer, dies of an event without data, and waits for ever on a socket that stays open
 * after [DONE] (openai-node 6.49).
 */
import { ReadableStream } from 'node:stream/web'
import type OpenAI from 'openai'
import { type Response as Answer, type Dispatcher, fetch as send } from 'undici'
import type { Clock } from '../base/clock.ts'
import { readWireError } from '../protocol/read-chunk.ts'
import { type ByteSource, eventReads } from './event-stream.ts'
import {
  BadStreamError,
  checkEventStream,
  type RefusedError,
  readText,
  refusedError,
  StreamError,
  type Transport,
  type WireRequest,
  withoutKey,
} from './transport.ts'
import { createAgent, type TransportOptions } from './transport-wire.ts'

export function createSdkTransport(
  { url, apiKey, connectTimeout }: TransportOptions,
  clock: Clock,
): Transport {
  const agent = createAgent(connectTimeout)

  return {
    async prepare() {
      await import('openai')
    },
    async send({ api, body, headers }, signal) {
      const { OpenAI, APIError } = await import('openai')
      const watch = watchedFetch(agent, clock, { isStream: body.stream === true, apiKey })
      // A client an attempt: its `fetch` is this attempt's own, and making one takes microseconds.
      const client = new OpenAI({
        apiKey,
        baseURL: url,
        maxRetries: 0,
        timeout: MAX_TIMER_MS,
        fetch: watch.fetch,
        logLevel: 'off',
      })
      try {
        const { data, response } = await create(client, { api, body }, { signal, headers })
        const isStream = Symbol.asyncIterator in data
        return {
          status: watch.status,
          headers: Object.fromEntries(response.headers),
          chunks: isStream ? chunksOf(data, APIError) : only(data),
        }
      } catch (error) {
        if (!watch.refused) throw error
        watch.refused.cause = error
        throw watch.refused
      }
    },
    close: () => agent.destroy(),
  }
}

/** The endpoint's answer, streamed or whole: which of them, the body says. */
function create(
  { chat, responses }: OpenAI,
  { api, body }: Pick<WireRequest, 'api' | 'body'>,
  options: OpenAI.RequestOptions,
): Promise<{ data: AsyncIterable<unknown> | Whole; response: Response }> {
  return api === 'responses'
    ? responses.create(body as OpenAI.Responses.ResponseCreateParams, options).withResponse()
    : chat.completions.create(body as unknown as ChatBody, options).withResponse()
}

type ChatBody = OpenAI.ChatCompletionCreateParams
type Whole = OpenAI.ChatCompletion | OpenAI.Responses.Response
/** The package's own timer is set out of the way: the timeouts are ours. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Its chunks, with its errors in our words. */
async function* chunksOf(
  stream: AsyncIterable<unknown>,
  APIError: typeof OpenAI.APIError,
): AsyncGenerator<Iterable<unknown>> {
  try {
    for await (const chunk of stream) yield [chunk]
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new BadStreamError(`Expected JSON: ${error.message}`, { cause: error })
    }
    const said = error instanceof APIError && readWireError({ error: error.error })
    throw said ? new StreamError(said, error) : error
  }
}

async function* only(answer: unknown): AsyncGenerator<Iterable<unknown>> {
  yield [answer]
}

/** One attempt's `fetch`, and what it saw. */
function watchedFetch(
  dispatcher: Dispatcher,
  clock: Clock,
  { isStream, apiKey }: { isStream: boolean; apiKey: string },
) {
  const watch = {
    status: 0,
    /** What the server refused with, body included: the package keeps only what looks like an error. */
    refused: undefined as RefusedError | undefined,

    async fetch(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
      const headers = Object.fromEntries(new Headers(init.headers))
      const answer = await send(String(url), {
        ...(init as unknown as SendInit),
        headers: { ...headers, 'accept-encoding': 'identity' },
        redirect: 'manual',
        dispatcher,
      })
      const { status } = answer
      const answered = Object.fromEntries(answer.headers)
      const source = sourceOf(answer)
      watch.status = status
      if (!answer.ok) {
        const text = withoutKey(await readText(source.bytes), apiKey)
        watch.refused = refusedError(status, answered, text, clock.wallMs())
        return new Response(text, { status: Math.max(400, status), headers: answered })
      }
      if (isStream) await checkEventStream(answered, () => readText(source.bytes))
      const bytes = isStream ? eventReads(source, clock, written) : source.bytes
      return new Response(ReadableStream.from(bytes) as unknown as Body, { headers: answered })
    },
  }
  return watch
}

type Body = NonNullable<ConstructorParameters<typeof Response>[0]>
type SendInit = NonNullable<Parameters<typeof send>[1]>

function sourceOf({ body }: Answer): ByteSource {
  const reader = body?.getReader()
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const part = await reader?.read()
      if (!part || part.done) return
      yield part.value as Uint8Array
    }
  }
  return {
    bytes: bytes(),
    cancel() {
      // A body that has failed says so to whoever reads it; cancelling it has nothing to add.
      reader?.cancel().catch(() => undefined)
    },
  }
}

const encoder = new TextEncoder()

function written(texts: readonly string[]): Uint8Array {
  const events = texts.map(text => `data: ${text.replaceAll('\n', '\ndata: ')}\n\n`)
  return encoder.encode(events.join(''))
}
