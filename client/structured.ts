/** Answers that are JSON: what there is of the value while it streams, and at the end the value, checked. */
import type { ChatStream } from './chat-stream.ts'
import type { Client } from './client.ts'
import { createJsonReader, type JsonBounds, JsonSyntaxError, jsonPath } from './json-reader.ts'
import type { CallOptions, ChatRequest } from './request.ts'
import type { ChatResult } from './result.ts'

/** A zod schema, or anything else that checks like one. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: unknown }
}

export interface StructuredOptions<T> extends CallOptions, JsonBounds {
  /** Checks the whole value; without it whatever JSON came is the value. */
  readonly schema?: Schema<T> | undefined
}

/** A part of the value: any of it may be missing, and texts and lists may still grow. */
export type PartOf<T> = T extends readonly (infer Item)[]
  ? PartOf<Item>[]
  : T extends object
    ? { [K in keyof T]?: PartOf<T[K]> }
    : T

export interface Structured<T> {
  readonly value: T
  readonly result: ChatResult
}

export interface StructuredStream<T> extends AsyncIterable<PartOf<T>> {
  /**
   * The checked value, and the call's result. Rejects with ClientError for an answer that is not whole, and with
   * StructuredError for one that is no JSON or not of the schema.
   */
  readonly whole: Promise<Structured<T>>
  /**
   * The value as far as it goes, whenever there is more of it: the same object each time, growing; take a copy of
   * what you keep. Throws what `whole` rejects with. Leaving the loop stops the call. For one reader.
   */
  [Symbol.asyncIterator](): AsyncIterator<PartOf<T>, undefined>
}

/** The answer is whole, or was stopped because of this, and is not what was asked for. */
export class StructuredError extends Error {
  override readonly name = 'StructuredError'
  /**
   * syntax: no JSON, or beyond the bounds; schema: JSON of another shape; refusal: the model declined;
   * incomplete: it ended, by its limit of tokens, before the JSON did.
   */
  readonly kind: 'syntax' | 'schema' | 'refusal' | 'incomplete'
  /** Where: `$.items[3].name`; the first place, if there are several. */
  readonly path: string
  /** What came, and what it cost. */
  readonly result: ChatResult
  constructor(
    { kind, path, message }: Pick<StructuredError, 'kind' | 'path' | 'message'>,
    result: ChatResult,
    cause?: unknown,
  ) {
    super(message, { cause })
    this.kind = kind
    this.path = path
    this.result = result
  }
}

/**
 * Sends at once. Asks for `response_format: {"type":"json_object"}` unless `request.extra` names another, such as
 * a `json_schema`. What can be no JSON stops the call at once.
 */
export function streamStructured<T = unknown>(
  client: Client,
  request: ChatRequest,
  options: StructuredOptions<T> = {},
): StructuredStream<T> {
  const extra = { response_format: { type: 'json_object' }, ...request.extra }
  const stream = client.stream({ ...request, extra }, options)
  const line = createNotice()
  let reader = createJsonReader(options)
  const whole = read().finally(line.close)
  whole.catch(() => undefined)

  async function read(): Promise<Structured<T>> {
    try {
      for await (const frame of stream) {
        // What was given out does not count any more: the answer begins anew.
        if (frame.kind === 'retry' && frame.given === 'withdrawn')
          reader = createJsonReader(options)
        if (frame.kind !== 'content' || frame.choice !== 0) continue
        reader.add(frame.text)
        if (reader.value !== undefined) line.notify()
      }
      const result = await stream.result
      return { value: checked(await ended(stream), result, options.schema), result }
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error
      throw await syntaxError(error, stream)
    }
  }

  async function ended({ result }: ChatStream): Promise<unknown> {
    const { refusal, how } = await result
    if (refusal !== '' && reader.value === undefined) {
      const message = `The model declined: ${refusal}`
      throw new StructuredError({ kind: 'refusal', path: '$', message }, await result)
    }
    if (how !== 'length') return reader.end()
    try {
      return reader.end()
    } catch (error) {
      const { path } = reader
      const message = `The answer reached its limit of tokens inside ${path}.`
      throw new StructuredError({ kind: 'incomplete', path, message }, await result, error)
    }
  }

  let isRead = false
  return {
    whole,
    [Symbol.asyncIterator]() {
      if (isRead) throw new TypeError('A structured stream can be read once.')
      isRead = true
      return {
        async next() {
          if (await line.more()) return { done: false, value: reader.value as PartOf<T> }
          await whole
          return { done: true, value: undefined }
        },
        async return() {
          stream.cancel()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

/** The whole value at once. */
export async function completeStructured<T = unknown>(
  client: Client,
  request: ChatRequest,
  options: StructuredOptions<T> = {},
): Promise<Structured<T>> {
  return streamStructured(client, request, options).whole
}

/** The stream was left at the character that was wrong: its result has what came until then, and its price. */
async function syntaxError(error: JsonSyntaxError, stream: ChatStream): Promise<StructuredError> {
  const { path } = error
  const message = `The answer is no JSON: ${error.message}`
  return new StructuredError({ kind: 'syntax', path, message }, await stream.result, error)
}

function checked<T>(value: unknown, result: ChatResult, schema: Schema<T> | undefined): T {
  if (!schema) return value as T
  const seen = schema.safeParse(value)
  if (seen.success) return seen.data
  const issues = issuesOf(seen.error)
  const { path } = issues[0]!
  const told = issues.slice(0, TOLD_ISSUES).map(({ path, message }) => `${path}: ${message}`)
  if (issues.length > TOLD_ISSUES) told.push(`and ${issues.length - TOLD_ISSUES} more`)
  const message = `The answer is JSON of another shape: ${told.join('; ')}`
  throw new StructuredError({ kind: 'schema', path, message }, result, seen.error)
}

const TOLD_ISSUES = 5

/** At least one. */
function issuesOf(error: unknown): { path: string; message: string }[] {
  const issues = (error as { issues?: unknown } | undefined)?.issues
  if (!Array.isArray(issues) || issues.length === 0) {
    return [{ path: '$', message: error instanceof Error ? error.message : String(error) }]
  }
  return issues.map(({ path, message }) => ({
    path: jsonPath(Array.isArray(path) ? path : []),
    message: String(message),
  }))
}

/** Many notices in a row are one. */
function createNotice() {
  let isThere = false
  let isClosed = false
  let wake = () => {}
  return {
    notify(): void {
      isThere = true
      wake()
    },
    close(): void {
      isClosed = true
      wake()
    },
    /** Resolves to true once there was a notice since the last time, false when there will be none. */
    async more(): Promise<boolean> {
      while (!isThere && !isClosed) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
      const had = isThere
      isThere = false
      return had
    },
  }
}
