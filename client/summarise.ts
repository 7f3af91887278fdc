/**
 * Documents to summaries: many at once, in order, each with its cost, none lost to another's failure.
 * One that is longer than a request may be is summarised in parts, and then the parts' summaries.
 */
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { OptionError } from '../base/option-error.ts'
import type { Message } from '../protocol/chat-body.ts'
import { mapAsCompleted, mapInOrder } from './batch.ts'
import type { Checkpoint } from './checkpoint.ts'
import { chunkText } from './chunk-text.ts'
import type { Client } from './client.ts'
import type { Failure } from './failure.ts'
import type { How, RetryFrame } from './frame.ts'
import { ClientError } from './result.ts'
import { completeOnce } from './saved-call.ts'
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
  /** input: in the order of the documents; completed: as they come. Default: input. */
  readonly order?: 'input' | 'completed' | undefined
  /** Every answer is kept there before it is used, a long document's parts too; what is kept is not asked again. */
  readonly checkpoint?: Checkpoint | undefined
  readonly signal?: AbortSignal | undefined
  /** Told as it happens; documents come in any order here. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export type Progress =
  | { readonly what: 'begun'; readonly name: string }
  | {
      readonly what: 'settled'
      readonly name: string
      readonly spent: Spent
      readonly isResumed: boolean
      readonly isFailed: boolean
    }
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
  /** Of all requests, those that failed included, and those of earlier runs that are in the checkpoint. */
  readonly spent: Spent
  /** Whether all of it is from the checkpoint: nothing was asked. */
  readonly isResumed: boolean
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
  const batch = options.checkpoint?.id ?? randomUUID()
  const work = (document: DocumentSource, index: number, signal: AbortSignal) =>
    summariseDocument(client, document, index, { ...options, batch, signal })
  yield* (options.order === 'completed' ? mapAsCompleted : mapInOrder)(documents, work, options)
}

/** What shapes a summary: a checkpoint is of one such set. */
export function summarySettings(
  client: Client,
  { maxTokens, chunkTokens }: Pick<SummariseOptions, 'maxTokens' | 'chunkTokens'>,
) {
  const { model, api } = client.options
  // Left out where it is as ever: files that were written before there was another are gone on with.
  return { task: 'summarise', model, maxTokens, chunkTokens, ...(api === 'chat' ? {} : { api }) }
}

async function summariseDocument(
  client: Client,
  document: DocumentSource,
  index: number,
  options: SummariseOptions & { batch: string; signal: AbortSignal },
): Promise<DocumentSummary> {
  const { name } = document
  const { onProgress, maxTokens, signal, batch, checkpoint } = options
  const identity = { batch, item: name, checkpoint }
  const startedAtMs = client.clock.nowMs()
  let spent = nothingSpent
  let title: string | undefined
  let text: string | undefined
  let error: SummaryError | undefined
  let asked = 0

  async function ask(messages: readonly Message[]): Promise<string> {
    const onRetry = (retry: RetryFrame) => onProgress?.({ what: 'retry', name, retry })
    try {
      const request = { messages, maxTokens }
      const answer = await completeOnce(client, request, { signal, onRetry }, identity)
      if (!answer.isResumed) asked++
      spent = addSpent(spent, answer.spent)
      if (answer.text.trim() === '') throw new EmptySummaryError(answer.how)
      return answer.text
    } catch (reason) {
      if (reason instanceof ClientError) {
        asked++
        spent = addSpent(spent, spentBy(reason.result))
      }
      throw reason
    }
  }

  onProgress?.({ what: 'begun', name })
  try {
    const source = await read(document)
    title = titleOf(source)
    text = await summariseText(client, source, { ...options, ask })
  } catch (reason) {
    error = summaryError(reason)
  }
  const isResumed = text !== undefined && asked === 0
  onProgress?.({ what: 'settled', name, spent, isResumed, isFailed: error !== undefined })
  const tookMs = client.clock.nowMs() - startedAtMs
  return { index, name, title, text, error, spent, isResumed, tookMs }
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
  const parts: string[] = []
  for (const part of chunkText(text, { tokenizer, maxTokens: chunkTokens })) {
    parts.push(part)
    // Counting holds the event loop, on which other documents' answers come.
    await setImmediate()
  }
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
