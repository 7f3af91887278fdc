/**
 * A fault rule, such as `reset-mid-stream@token=5;p=0.1`: which fault, how, and when.
 *
 *     NAME [@token=N] [;KEY=VALUE]…
 */
import { durationSyntax, parseDuration } from '../../../base/duration.ts'
import { nearest } from '../../../base/option-table.ts'
import { faultKindOf, faultNames } from './catalogue.ts'
import type { FaultKind, FaultParameters, ParameterName, RetryAfter, Surface } from './fault.ts'

export interface FaultRule {
  /** As it was written. */
  readonly text: string
  readonly name: string
  readonly kind: FaultKind
  readonly parameters: FaultParameters
  readonly when: FaultConditions
}

/** All that are given must hold; undefined: not asked for. */
export interface FaultConditions {
  /** The share of requests, above 0 and at most 1. */
  readonly p?: number
  /** One of so many requests, drawn and not counted. */
  readonly every?: number
  /** Attempts of one request that fail, from the first. */
  readonly first?: number
  /** Ms since the server started; the end is not included. */
  readonly fromMs?: number
  readonly toMs?: number
  /** `*` stands for anything. */
  readonly model?: string
  readonly endpoint?: string
  readonly stream?: boolean
}

export type ReadRule =
  | { readonly rule: FaultRule; readonly why?: undefined }
  /** What was wrong and what is allowed, as the end of a sentence. */
  | { readonly why: string; readonly rule?: undefined }

const endpoints = [
  ...['chat.completions', 'completions', 'responses', 'conversations', 'messages', 'embeddings'],
  ...['moderations', 'images', 'audio', 'files', 'uploads', 'batches', 'models'],
]

interface Field {
  readonly allowed: string
  /** What it is inside, or undefined when it is not allowed. */
  read(text: string): Partial<FaultConditions & FaultParameters> | undefined
}

function field<K extends string, T>(
  key: K,
  allowed: string,
  read: (text: string) => T | undefined,
): Field {
  return {
    allowed,
    read(text) {
      const value = read(text)
      return value === undefined ? undefined : ({ [key]: value } as Record<K, T>)
    },
  }
}

const whole = (min: number, max: number) => (text: string) => {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return number >= min && number <= max ? number : undefined
}
const oneOf =
  <const T extends string>(names: readonly T[]) =>
  (text: string) =>
    names.find(name => name === text)

const MAX_SIZE_BYTES = 64 * 2 ** 20

const conditions: Readonly<Record<string, Field>> = {
  p: field('p', 'write a share above 0 and at most 1', readShare),
  every: field('every', 'write a whole number from 1', whole(1, 1e9)),
  first: field('first', 'write a whole number from 1', whole(1, 1e9)),
  from: field('fromMs', durationSyntax, parseDuration),
  to: field('toMs', durationSyntax, parseDuration),
  model: field('model', "write a model's name, * for any part of it", text => text || undefined),
  endpoint: field('endpoint', `choose one of ${endpoints.join(', ')}`, oneOf(endpoints)),
  stream: field('stream', 'write true or false', text =>
    text === 'true' ? true : text === 'false' ? false : undefined,
  ),
}

const parameters: Readonly<Record<ParameterName, Field>> = {
  token: field('token', 'write a whole number of pieces of content, from 0', whole(0, 1e9)),
  for: field('forMs', durationSyntax, parseDuration),
  'retry-after': field(
    'retryAfter',
    'write a duration, date:DURATION, none, past, negative or garbage',
    readRetryAfter,
  ),
  body: field('body', 'choose one of json, html, empty', oneOf(['json', 'html', 'empty'])),
  size: field('sizeBytes', `write bytes from 1 to ${MAX_SIZE_BYTES}`, whole(1, MAX_SIZE_BYTES)),
}

function readShare(text: string): number | undefined {
  const share = /^(\d+(\.\d*)?|\.\d+)(e-\d+)?$/.test(text) ? Number(text) : 0
  return share > 0 && share <= 1 ? share : undefined
}

function readRetryAfter(text: string): RetryAfter | undefined {
  const form = oneOf(['none', 'past', 'negative', 'garbage'])(text)
  if (form) return { form }
  const isDate = text.startsWith('date:')
  const waitMs = parseDuration(isDate ? text.slice('date:'.length) : text)
  return waitMs === undefined ? undefined : { form: isDate ? 'date' : 'seconds', waitMs }
}

export function readFaultRule(text: string): ReadRule {
  const [head = '', ...rest] = text.split(';')
  const [given = '', ...places] = head.split('@')
  const name = given.trim()
  const kind = faultKindOf(name)
  if (!kind) return { why: unknown('fault', name, faultNames) }
  const known: Readonly<Record<string, Field>> = {
    ...conditions,
    ...Object.fromEntries(kind.parameters.map(key => [key, parameters[key]])),
  }
  const values: Record<string, unknown> = {}
  const seen = new Set<string>()
  for (const part of [...places, ...rest]) {
    const equals = part.indexOf('=')
    const key = part.slice(0, Math.max(0, equals)).trim()
    const value = part.slice(equals + 1).trim()
    if (equals < 0) return { why: `${JSON.stringify(part.trim())} is no KEY=VALUE` }
    const read = Object.hasOwn(known, key) ? known[key] : undefined
    if (!read) return { why: unknown(`key of ${name}`, key, Object.keys(known)) }
    if (seen.has(key)) return { why: `${key} is given twice` }
    seen.add(key)
    const inside = read.read(value)
    if (!inside) return { why: `${key}=${value} is not allowed; ${read.allowed}` }
    Object.assign(values, inside)
  }
  const { token, forMs, retryAfter, body, sizeBytes, ...when } = values as FaultConditions &
    FaultParameters
  const why = impossible(name, kind, when)
  if (why !== undefined) return { why }
  const said = { token, forMs, retryAfter, body, sizeBytes } as FaultParameters
  return { rule: { text, name, kind, parameters: said, when } }
}

/** Why a rule could never strike. */
function impossible(
  name: string,
  { only, endpoints: struck }: FaultKind,
  { p, every, fromMs = 0, toMs, stream, endpoint }: FaultConditions,
): string | undefined {
  if (p !== undefined && every !== undefined) {
    return 'p and every are two ways to say one thing: write one of them'
  }
  if (toMs !== undefined && toMs <= fromMs) return 'to must be later than from'
  if (only === 'streams' && stream === false) {
    return `${name} is a fault of streams: write stream=true, or leave it out`
  }
  if (only === 'whole' && stream === true) {
    return `${name} is a fault of answers that are not streamed: write stream=false, or leave it out`
  }
  if (endpoint !== undefined && struck && !struck.includes(endpoint as Surface)) {
    return `${name} is a fault of ${struck.join(', ')} only`
  }
  return undefined
}

function unknown(what: string, name: string, known: readonly string[]): string {
  // Everything is near to what is hardly there, and nothing to what is long.
  const isWord = name.length >= 3 && name.length <= MAX_NAME
  const near = isWord ? nearest(name, known) : undefined
  const advice = near === undefined ? `choose one of ${known.join(', ')}` : `did you mean ${near}?`
  return `there is no ${what} ${JSON.stringify(name.slice(0, MAX_NAME))}: ${advice}`
}

const MAX_NAME = 60
