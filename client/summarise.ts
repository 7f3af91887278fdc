/**
 * Documents to summaries: many at once, in order, each with its cost, none lost to another's failure.
 * One that is longer than a request may be is summarised in parts, and then its parts' summaries.
 */
import type { Message } from '../protocol/chat-body.ts'
import { mapInOrder } from './batch.ts'
import { chunkText } from './chunk-text.ts'
import type { Failure } from './failure.ts'
import type { RetryFrame } from './frame.ts'
import type { Client } from './index.ts'
import { type ChatResult, ClientError } from './result.ts'
import { countingFor } from './usage.ts'

export interface Document {
  /** What it is called in a report: a file's name. */
  readonly name: string
  /** Called when its turn comes; may reject. */
  read(): Promise<string>
}

export interface SummariseOptions {
  /** Documents at work at once. */
  readonly concurrency: number
  /** Tokens of a summary. */
  readonly maxTokens: number
  /** Tokens of a document that go into one request. */
  readonly chunkTokens: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export interface Progress {
  readonly name: string
  readonly what: 'begun' | 'retry' | 'done' | 'failed'
  readonly retry?: RetryFrame
}

export interface Summary {
  /** 0 for the first document. */
  readonly index: number
  readonly name: string
  /** The document's first heading or line. */
  readonly title: string | undefined
  /** Undefined exactly when `error` is set. */
  readonly text: string | undefined
  readonly error: SummaryError | undefined
  /** Of all requests, those that failed included. */
  readonly spent: Spent
  /** Ms from its turn to its end. */
  readonly tookMs: number
}

export interface SummaryError {
  readonly message: string
  /** Set when it was a call that failed, and not the reading. */
  readonly failure: Failure | undefined
}

export interface Spent {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Undefined: the price of some of it is not known. */
  readonly nanoDollars: number | undefined
  readonly requests: number
  readonly retries: number
  /** Answers with status 429. */
  readonly rateLimited: number
}

export const nothingSpent: Spent = {
  inputTokens: 0,
  outputTokens: 0,
  nanoDollars: 0,
  requests: 0,
  retries: 0,
  rateLimited: 0,
}

/** Throws only what `signal` was aborted with; a document's failure is its own. */
export async function* summariseDocuments(
  client: Client,
  documents: Iterable<Document> | AsyncIterable<Document>,
  options: SummariseOptions,
): AsyncGenerator<Summary, void> {
  const work = (document: Document, index: number, signal: AbortSignal) =>
    summariseDocument(client, document, index, { ...options, signal })
  yield* mapInOrder(documents, work, options)
}

async function summariseDocument(
  client: Client,
  document: Document,
  index: number,
  options: SummariseOptions & { signal: AbortSignal },
): Promise<Summary> {
  const { name } = document
  const { onProgress } = options
  const startedAtMs = client.clock.nowMs()
  let spent = nothingSpent
  let title: string | undefined
  let text: string | undefined
  let error: SummaryError | undefined
  const ask = async (messages: readonly Message[]): Promise<string> => {
    const onRetry = (retry: RetryFrame) => onProgress?.({ name, what: 'retry', retry })
    const { maxTokens, signal } = options
    const stream = client.stream({ messages, maxTokens }, { signal, onRetry })
    const result = await stream.result
    spent = add(spent, spentBy(result))
    // A summary that the token limit cut is still one; anything else that is not whole is none.
    if (result.failure) for await (const _ of stream);
    return result.text
  }

  onProgress?.({ name, what: 'begun' })
  try {
    const source = await document.read()
    title = titleOf(source)
    text = await summariseText(client, source, ask, options)
    onProgress?.({ name, what: 'done' })
  } catch (reason) {
    error = { message: messageOf(reason), failure: failureOf(reason) }
    onProgress?.({ name, what: 'failed' })
  }
  const tookMs = client.clock.nowMs() - startedAtMs
  return { index, name, title, text, error, spent, tookMs }
}
