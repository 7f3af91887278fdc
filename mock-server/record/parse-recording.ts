/** A recording read back from its text, line by line, so that no long file holds the event loop. */
import type {
  Headers,
  RecordedBody,
  RecordedChunk,
  RecordedRequest,
  RecordedResponse,
  Recording,
} from './recording.ts'
import { RecordingError } from './recording.ts'

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with a line, and the key it is about. */
class Fault extends Error {
  readonly key: string | undefined
  constructor(why: string, key?: string) {
    super(why)
    this.key = key
  }
}

export interface RecordingReader {
  /** The next line, without its line break. Throws RecordingError. */
  line(text: string): void
  /** After the last line. Throws RecordingError when lines are missing. */
  end(): Recording
  /** The first line's, as soon as it was read. */
  readonly request: RecordedRequest | undefined
}

/** `file`: what errors call it. */
export function createRecordingReader(file: string): RecordingReader {
  let line = 0
  let request: RecordedRequest | undefined
  let response: RecordedResponse | undefined
  let endMs: number | undefined
  const chunks: RecordedChunk[] = []

  function take(fields: Fields): void {
    if (!request) request = readRequest(fields)
    else if (!response) response = readResponse(fields)
    else if (endMs !== undefined) throw new Fault('nothing may come after the line with "endMs"')
    else {
      const lastMs = chunks.at(-1)?.atMs ?? response.atMs
      if ('endMs' in fields) endMs = readMs(fields, 'endMs', lastMs)
      else chunks.push(readChunk(fields, lastMs))
    }
  }

  return {
    get request() {
      return request
    },
    line(text) {
      line++
      if (text.trim() === '') return
      try {
        take(parseLine(text))
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault
        const found = fault.key === undefined ? -1 : text.indexOf(`"${fault.key}"`)
        const column = fault instanceof BrokenJson ? fault.column : Math.max(0, found) + 1
        throw new RecordingError(file, { line, column }, fault.message)
      }
    },
    end() {
      if (request && response && endMs !== undefined) return { request, response, chunks, endMs }
      const missing = !request ? '{"recording":1,"request":…}' : !response ? '{"response":…}' : END
      throw new RecordingError(file, { line: line + 1 }, `the file ends where ${missing} must come`)
    },
  }
}

const END = '{"endMs":…}'

/** The same for a text at hand. */
export function parseRecording(text: string, file: string): Recording {
  const reader = createRecordingReader(file)
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const line of lines) reader.line(line)
  return reader.end()
}

class BrokenJson extends Fault {
  readonly column: number
  constructor(why: string, column: number) {
    super(why)
    this.column = column
  }
}

function parseLine(text: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const position = /at position (\d+)/.exec((error as Error).message)?.[1]
    const column = position === undefined ? text.length : Number(position)
    throw new BrokenJson('this is no JSON', column + 1)
  }
  if (!isFields(value)) throw new Fault('every line is a JSON object')
  return value
}

function readRequest({ recording, request }: Fields): RecordedRequest {
  if (recording !== 1) {
    const isNewer = Number.isInteger(recording) && (recording as number) > 1
    const why = isNewer
      ? 'a newer version has written this recording'
      : 'a recording begins with {"recording":1,"request":…}'
    throw new Fault(why, 'recording')
  }
  if (!isFields(request)) throw new Fault('"request" is an object', 'request')
  const { method, path } = request
  if (typeof method !== 'string' || !/^[A-Z]+$/.test(method)) {
    throw new Fault('"method" is a method such as "POST"', 'method')
  }
  if (typeof path !== 'string' || !/^\/[\x21-\x7e]*$/.test(path)) {
    throw new Fault('"path" is a path such as "/chat/completions"', 'path')
  }
  return { method, path, headers: readHeaders(request.headers), body: readBody(request) }
}

function readBody(request: Fields): RecordedBody {
  const kinds = (['json', 'text', 'base64'] as const).filter(kind => kind in request)
  const [kind] = kinds
  if (kinds.length > 1) throw new Fault('a body is one of "json", "text" and "base64"', kinds[1])
  if (kind === undefined) return undefined
  const value = request[kind]
  if (kind === 'json') return { kind, value }
  if (typeof value !== 'string') throw new Fault(`"${kind}" is a text`, kind)
  if (kind === 'base64') readBase64(value)
  return { kind, value }
}

function readResponse({ response }: Fields): RecordedResponse {
  if (!isFields(response)) throw new Fault('the second line is {"response":…}')
  const { status, headers } = response
  const isStatus = Number.isInteger(status) && (status as number) >= 200 && (status as number) < 600
  if (!isStatus) throw new Fault('"status" is a number from 200 to 599', 'status')
  const atMs = readMs(response, 'atMs', 0)
  return { atMs, status: status as number, headers: readHeaders(headers) }
}

function readHeaders(headers: unknown): Headers {
  const values = isFields(headers) ? Object.entries(headers) : undefined
  if (!values) throw new Fault('"headers" is an object', 'headers')
  for (const [name, value] of values) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
      throw new Fault('a header is named in lower case', name)
    }
    const isSendable = (item: unknown) =>
      typeof item === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(item)
    if (!(Array.isArray(value) ? value : [value]).every(isSendable)) {
      throw new Fault('a header is a text on one line, or a list of such', name)
    }
  }
  return headers as Headers
}

function readChunk(fields: Fields, lastMs: number): RecordedChunk {
  const { data, base64 } = fields
  if ((data === undefined) === (base64 === undefined)) {
    throw new Fault(`a chunk has "data" or "base64"; the last line is ${END}`)
  }
  const value = data ?? base64
  const key = data === undefined ? 'base64' : 'data'
  if (typeof value !== 'string' || value === '')
    throw new Fault(`"${key}" is a text that is not empty`, key)
  const bytes = data === undefined ? readBase64(value) : Buffer.from(value)
  return { atMs: readMs(fields, 'atMs', lastMs), bytes }
}

function readMs(fields: Fields, key: string, lowest: number): number {
  const ms = fields[key]
  if (typeof ms === 'number' && ms >= lowest && ms <= MAX_MS) return ms
  throw new Fault(`"${key}" is a number of ms from ${lowest} on, as times only grow`, key)
}

/** A day: longer than any answer, and far below where timers overflow. */
const MAX_MS = 86_400_000

function readBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new Fault('this is no base64', 'base64')
  return bytes
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
