/** A client: its options checked, and what its calls share put together. */
import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../base/clock.ts'
import { OptionError } from '../base/option-error.ts'
import { readOptions } from '../base/option-table.ts'
import { createRandom, type Random } from '../base/random.ts'
import type { PriceBook } from '../protocol/prices.ts'
import { type Budget, createBudget } from './budget.ts'
import type { CallContext } from './call.ts'
import { type ChatStream, completeCall, openStream } from './chat-stream.ts'
import { loadPrices } from './cost.ts'
import type { PacedLimiter } from './limiter.ts'
import { type ClientOptions, clientOptions, type GivenClientOptions } from './options.ts'
import { createPace } from './pace/pace.ts'
import type { CallOptions, ChatRequest } from './request.ts'
import type { ChatResult } from './result.ts'
import { createRetryBudget } from './retry-budget.ts'
import type { Transport } from './transport.ts'
import { createSdkTransport } from './transport-sdk.ts'
import { createWireTransport } from './transport-wire.ts'
import { countingFor } from './usage.ts'

export interface Client {
  /** Sends at once; frames to iterate and a result to await, either or both. */
  stream(request: ChatRequest, options?: CallOptions): ChatStream
  /** The whole answer. Rejects with ClientError when it is not whole. */
  complete(request: ChatRequest, options?: CallOptions): Promise<ChatResult>
  /** What is in flight and waiting, the limit, which may be changed, and how it came to be what it is. */
  readonly limiter: PacedLimiter
  /** What `maxCost` allows, and what of it is spent and reserved; undefined without it. */
  readonly budget: Budget | undefined
  /** All but the key, so that a client that is logged gives nothing away. */
  readonly options: Omit<ClientOptions, 'apiKey'>
  /** The clock of every stamp in a timeline. */
  readonly clock: Clock
  /** Ends every connection; calls that run fail. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Time, chance and the way to the API, for tests and for those who bring their own. */
export interface ClientParts {
  readonly clock?: Clock
  readonly random?: Random
  readonly transport?: Transport
}

/** Throws OptionError for an option that is unknown or not allowed. */
export function createClient(given: GivenClientOptions = {}, parts: ClientParts = {}): Client {
  return clientOf(readOptions(clientOptions, given, 'createClient'), parts)
}

/** The same from options that were read already, such as a command's, of which the client takes its own. */
export function clientOf(resolved: ClientOptions, parts: ClientParts = {}): Client {
  const options = pickOwn(resolved)
  const url = checkUrl(options.url)
  const apiKey = checkKey(options.apiKey)
  const { clock = systemClock, random = createRandom(randomUUID()) } = parts
  const createTransport = options.transport === 'sdk' ? createSdkTransport : createWireTransport
  const transport =
    parts.transport ??
    createTransport({ url, apiKey, connectTimeout: options.connectTimeout }, clock)
  const pace = createPace(options, clock, random.fork('pace'))
  const budget = options.maxCost === undefined ? undefined : createBudget(options.maxCost)
  let prices: Promise<PriceBook> | undefined

  const context: CallContext = {
    options,
    clock,
    random,
    transport,
    pace,
    retryBudget: createRetryBudget(options.retryBudget / 100),
    budget,
    async prepare(model, isLimited) {
      prices ??= loadPrices(options.prices, url)
      const [book, counting] = await Promise.all([
        prices,
        options.counting === 'exact' || isLimited ? countingFor(model) : undefined,
        transport.prepare?.(),
      ])
      return { counting, prices: book }
    },
  }

  const { apiKey: _, ...shown } = options
  const close = () => transport.close()
  return {
    stream: (request, callOptions = {}) => openStream(request, callOptions, context),
    complete: (request, callOptions = {}) => completeCall(request, callOptions, context),
    limiter: pace.limiter,
    budget,
    options: shown,
    clock,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function pickOwn(resolved: ClientOptions): ClientOptions {
  const own = Object.keys(clientOptions).map(key => [key, resolved[key as keyof ClientOptions]])
  return Object.fromEntries(own) as ClientOptions
}

/** Without a slash at its end. */
function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, '')
  throw new OptionError('url', text, 'write an http or https URL such as http://127.0.0.1:4010/v1')
}

/** Keys are pasted: a line end at one's end is no part of it, and would be no header. */
function checkKey(text: string): string {
  const key = text.trim()
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw new OptionError('apiKey', '…', 'write a key of visible ASCII characters (it is not shown)')
}
