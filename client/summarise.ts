/**
 * Documents to summaries: many at once, in order, each with its cost, none lost to another's failure.
 * One that is longer than a request may be is summarised in parts, and then the parts' summaries.
 */
import { OptionError } from '../base/option-error.ts'
import type { Message } from '../protocol/chat-body.ts'
import { mapInOrder } from './batch.ts'
import { chunkText } from './chunk-text.ts'
import type { Client } from './client.ts'
import type { Failure } from './failure.ts'
import type { How, RetryFrame } from './frame.ts'
import { ClientError } from './result.ts'
import { addSpent, nothingSpent, type Spent, spentBy } from './spent.ts'
import { partPrompt, summaryPrompt, titleOf, wholePrompt } from './summary-prompt.ts'
import { countingFor } from './usage.ts'

export interface DocumentSource {
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
  /** Tokens of a document that go into one request: more than twice `maxTokens`. */
  readonly chunkTokens: number
  readonly signal?: AbortSignal | undefined
  /** Told as it happens; documents come in any order here. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export type Progress =
  | { readonly what: 'begun' | 'settled'; readonly name: string; readonly spent: Spent }
  | { readonly what: 'retry'; readonly name: string; readonly retry: RetryFrame }

export interface DocumentSummary {
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
  /** Set when a call failed, and not the reading. */
  readonly failure: Failure | undefined
}

/**
 * Throws OptionError for a chunk size that cannot work, what `signal` was aborted with, and what `documents`
 * throws: a document's failure is its own.
 */
export async function* summariseDocuments(
  client: Client,
  documents: Iterable<DocumentSource> | AsyncIterable<DocumentSource>,
  options: SummariseOptions,
): AsyncGenerator<DocumentSummary, void> {
  if (options.chunkTokens <= options.maxTokens * 2) {
    throw new OptionError(
      'chunkTokens',
      options.chunkTokens,
      `write more than twice maxTokens (${options.maxTokens}), so that summaries of summaries shrink`,
    )
  }
  const work = (document: DocumentSource, index: number, signal: AbortSignal) =>
    summariseDocument(client, document, index, { ...options, signal })
  yield* mapInOrder(documents, work, options)
}

async function summariseDocument(
  client: Client,
  document: DocumentSource,
  index: number,
  options: SummariseOptions & { signal: AbortSignal },
): Promise<DocumentSummary> {
  const { name } = document
  const { onProgress, maxTokens, signal } = options
  const startedAtMs = client.clock.nowMs()
  let spent = nothingSpent
  let title: string | undefined
  let text: string | undefined
  let error: SummaryError | undefined

  async function ask(messages: readonly Message[]): Promise<string> {
    const onRetry = (retry: RetryFrame) => onProgress?.({ what: 'retry', name, retry })
    try {
      const result = await client.complete({ messages, maxTokens }, { signal, onRetry })
      spent = addSpent(spent, spentBy(result))
      if (result.text.trim() === '') throw new EmptySummaryError(result.how)
      return result.text
    } catch (reason) {
      if (reason instanceof ClientError) spent = addSpent(spent, spentBy(reason.result))
      throw reason
    }
  }

  onProgress?.({ what: 'begun', name, spent })
  try {
    const source = await read(document)
    title = titleOf(source)
    text = await summariseText(client, source, { ...options, ask })
  } catch (reason) {
    error = summaryError(reason)
  }
  onProgress?.({ what: 'settled', name, spent })
  return { index, name, title, text, error, spent, tookMs: client.clock.nowMs() - startedAtMs }
}

/** The whole in one request if it fits, else part by part, and then what the parts came to. */
async function summariseText(
  client: Client,
  text: string,
  options: SummariseOptions & {
    signal: AbortSignal
    ask: (messages: readonly Message[]) => Promise<string>
  },
): Promise<string> {
  const { ask, chunkTokens, concurrency, signal } = options
  const { tokenizer } = await countingFor(client.options.model)
  const parts = [...chunkText(text, { tokenizer, maxTokens: chunkTokens })]
  if (parts.length <= 1) return ask(wholePrompt(text))

  const summaries: string[] = []
  const summarisePart = (part: string, index: number) =>
    ask(partPrompt(part, index + 1, parts.length))
  for await (const summary of mapInOrder(parts, summarisePart, { concurrency, signal })) {
    summaries.push(summary)
  }
  const joined = summaries.join('\n\n')
  if (tokenizer.count(joined) > chunkTokens) return summariseText(client, joined, options)
  return ask(summaryPrompt(joined))
}

/** Whatever a reader meets is the document's failure, also what is no error of the system. */
async function read(document: DocumentSource): Promise<string> {
  try {
    return await document.read()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableDocumentError(`${document.name} cannot be read: ${why}`, { cause })
  }
}

class UnreadableDocumentError extends Error {
  override readonly name = 'UnreadableDocumentError'
}

/** The model finished without a word: a content filter, or all tokens spent on reasoning. */
class EmptySummaryError extends Error {
  override readonly name = 'EmptySummaryError'
  constructor(how: How) {
    super(`The model gave no text (${how}).`)
  }
}

/** What kept a document from its summary. A mistake in the program is none of that, and is thrown on. */
function summaryError(reason: unknown): SummaryError {
  if (reason instanceof ClientError) return { message: reason.message, failure: reason.failure }
  if (reason instanceof UnreadableDocumentError || reason instanceof EmptySummaryError) {
    return { message: reason.message, failure: undefined }
  }
  throw reason
}
