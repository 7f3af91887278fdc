/**
 * One request and its answer as a text file that a person can read, edit and compare: JSON lines.
 *
 *   {"recording":1,"request":{"method":"POST","path":"/chat/completions","headers":{…},"json":{…}}}
 *   {"response":{"atMs":212.4,"status":200,"headers":{…}}}
 *   {"atMs":350.1,"data":"data: {…}\n\n"}      one line for each chunk of the body
 *   {"atMs":371.9,"base64":"…"}                a chunk that is not UTF-8 by itself
 *   {"endMs":1420.3}                           always the last line: without it the file is not whole
 *
 * Times are ms from the moment the request was sent. A request's body is `json`, `text` or `base64`.
 */

export interface Recording {
  readonly request: RecordedRequest
  readonly response: RecordedResponse
  /** The body's chunks as they were received, in order of time; none is empty. */
  readonly chunks: readonly RecordedChunk[]
  readonly endMs: number
}

export interface RecordedRequest {
  readonly method: string
  /** With its query, without `/v1`. */
  readonly path: string
  readonly headers: Headers
  readonly body: RecordedBody
}

/** Undefined: there is no body. */
export type RecordedBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text' | 'base64'; readonly value: string }
  | undefined

/** By lower-case name; several values of one name in order. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

export interface RecordedResponse {
  readonly atMs: number
  readonly status: number
  readonly headers: Headers
}

export interface RecordedChunk {
  readonly atMs: number
  readonly bytes: Buffer
}

/** A file that is no recording: where, and why. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  readonly file: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
  /** The message without the place. */
  readonly why: string

  constructor(file: string, { line, column = 1 }: { line: number; column?: number }, why: string) {
    super(`${file}:${line}:${column}: ${why}`)
    this.file = file
    this.line = line
    this.column = column
    this.why = why
  }

  /** `file:line:column` */
  get place(): string {
    return `${this.file}:${this.line}:${this.column}`
  }
}

/** The file's text; `parseRecording` reads it back to the byte, times to the µs. */
export function printRecording(recording: Recording): string {
  return [...recordingLines(recording)].join('')
}

/** The same line by line, so that a long one can be written in turns. */
export function* recordingLines(recording: Recording): Generator<string> {
  const { request, response, chunks, endMs } = recording
  const { method, path, headers, body } = request
  const asked = { method, path, headers, ...(body ? { [body.kind]: body.value } : {}) }
  yield printLine({ recording: 1, request: asked })
  yield printLine({ response: { ...response, atMs: toMicroseconds(response.atMs) } })
  for (const chunk of chunks) yield printLine(printChunk(chunk))
  yield printLine({ endMs: toMicroseconds(endMs) })
}

function printLine(line: object): string {
  return `${JSON.stringify(line)}\n`
}

function printChunk({ atMs, bytes }: RecordedChunk): object {
  const text = textOf(bytes)
  const at = { atMs: toMicroseconds(atMs) }
  return text === undefined ? { ...at, base64: bytes.toString('base64') } : { ...at, data: text }
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** The text whose UTF-8 the bytes are; undefined when they are none. */
export function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString()
  // What is not UTF-8 became U+FFFD, which is three other bytes.
  return text.includes('\ufffd') && !Buffer.from(text).equals(bytes) ? undefined : text
}
