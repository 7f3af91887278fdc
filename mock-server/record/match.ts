/**
 * Which requests are the same: method, path and body after canonicalisation. `/v1` or not, the order of
 * query parameters and JSON keys, white space, numbers' spelling and a form's boundary make no difference;
 * everything else does. Secrets are taken out first, so that another key asks the same.
 */
import { createHash } from 'node:crypto'
import { type RecordedBody, type RecordedRequest, textOf } from './recording.ts'
import { maskSecrets, redactHeaders, redactJson, redactQuery } from './redact.ts'

export interface RawRequest {
  readonly method: string
  /** With its query, as it was asked. */
  readonly url: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

/** The request as it is recorded and compared. `secrets`: texts that must not stay, whatever names them. */
export function canonicalRequest(
  { method, url, headers, body }: RawRequest,
  secrets: readonly string[] = [],
): RecordedRequest {
  const type = String(headers['content-type'] ?? '')
  const boundary = /^multipart\/.*\bboundary="?([^";\s]+)/i.exec(type)?.[1]
  const common = boundary === undefined ? body : replaceAll(body, boundary, BOUNDARY)
  const { 'content-length': _, ...kept } = redactHeaders(headers)
  const form = boundary === undefined ? {} : { 'content-type': type.replace(boundary, BOUNDARY) }
  return {
    method,
    path: canonicalPath(maskSecrets(Buffer.from(url), secrets).toString()),
    headers: { ...kept, ...form },
    body: bodyOf(maskSecrets(common, secrets)),
  }
}

const BOUNDARY = 'boundary'

function replaceAll(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1')
}

/** Without `/v1`, the query in order of names. */
export function canonicalPath(url: string): string {
  const [path = '', query = ''] = splitQuery(url)
  const bare = path.replace(/^\/v1(?=\/|$)/, '') || '/'
  const parameters = redactQuery(new URLSearchParams(query))
  parameters.sort()
  const text = parameters.toString()
  return text === '' ? bare : `${bare}?${text}`
}

function splitQuery(url: string): [path: string, query: string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

function bodyOf(bytes: Buffer): RecordedBody {
  if (bytes.length === 0) return undefined
  const text = textOf(bytes)
  if (text === undefined) return { kind: 'base64', value: bytes.toString('base64') }
  if (/^\s*[{[]/.test(text) && !nestsTooDeep(text)) {
    try {
      return { kind: 'json', value: redactJson(JSON.parse(text)) }
    } catch {
      // Not JSON after all: the upstream will say so, and that can be recorded as well.
    }
  }
  return { kind: 'text', value: text }
}

/** Deeper than any real request, and far from where a recursion overflows the stack. */
const MAX_NESTING = 512

/** Counts brackets inside of strings too: a text with this many is compared as a text, which does no harm. */
function nestsTooDeep(text: string): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x5b || unit === 0x7b) {
      if (++depth > MAX_NESTING) return true
    } else if (unit === 0x5d || unit === 0x7d) depth--
  }
  return false
}

/** 16 hexadecimal digits: equal for the same request. */
export function requestKey({ method, path, body }: RecordedRequest): string {
  const hash = createHash('sha256').update(
    `${method} ${canonicalPath(path)}\n${body?.kind ?? ''}\n`,
  )
  if (body) hash.update(body.kind === 'json' ? canonicalJson(body.value) : body.value)
  return hash.digest('hex').slice(0, 16)
}

/** JSON with its keys in order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

export interface Difference {
  /** `body.messages[0].content`; `body` as a whole where it is no JSON. */
  readonly where: string
  /** Excerpts, as JSON; undefined: there is none. */
  readonly recorded: string | undefined
  readonly asked: string | undefined
}

/** What two requests of one method and path differ in: how much, counted in values, and the first of it. */
export function compareBodies(
  recorded: RecordedBody,
  asked: RecordedBody,
): { distance: number; first: Difference | undefined } {
  let distance = 0
  let first: Difference | undefined
  for (const difference of differences(recorded?.value, asked?.value, 'body')) {
    first ??= difference
    if (++distance >= MAX_DISTANCE) break
  }
  return { distance, first }
}

const MAX_DISTANCE = 1000

/** In the order of what was asked. */
function* differences(recorded: unknown, asked: unknown, where: string): Generator<Difference> {
  if (Array.isArray(recorded) && Array.isArray(asked)) {
    for (let i = 0; i < Math.max(recorded.length, asked.length); i++) {
      yield* differences(recorded[i], asked[i], `${where}[${i}]`)
    }
  } else if (isFields(recorded) && isFields(asked)) {
    for (const name of new Set([...Object.keys(asked), ...Object.keys(recorded)])) {
      const own = (fields: Fields) => (Object.hasOwn(fields, name) ? fields[name] : undefined)
      yield* differences(own(recorded), own(asked), `${where}.${name}`)
    }
  } else if (recorded !== asked) yield { where, ...excerpts(recorded, asked) }
}

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const EXCERPT = 48

/** Both around the first character in which they differ. */
function excerpts(recorded: unknown, asked: unknown): Pick<Difference, 'recorded' | 'asked'> {
  const texts = [recorded, asked].map(value => JSON.stringify(value) as string | undefined)
  const [a = '', b = ''] = texts
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  const start = Math.max(0, same - EXCERPT / 3)
  const [from, to] = texts.map(text =>
    text === undefined
      ? undefined
      : `${start > 0 ? '…' : ''}${text.slice(start, start + EXCERPT)}${text.length > start + EXCERPT ? '…' : ''}`,
  )
  return { recorded: from, asked: to }
}
