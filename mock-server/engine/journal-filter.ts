/** Which requests of the journal are meant: by what was asked, by whom, and what became of it. */
import { OptionError } from '../../base/option-error.ts'
import type { JournalEntry, Outcome } from './journal.ts'

type OneOf<T> = T | readonly T[]

/** All that is named must be so; of several values of one name any will do. */
export interface RequestFilter {
  /** The answer's `x-request-id`. */
  requestId?: OneOf<string>
  /** The `x-tokadence-key` header, else the hash of what was asked. */
  key?: OneOf<string>
  /** The short hash of the API key. */
  caller?: OneOf<string>
  model?: OneOf<string>
  /** As metrics call it, e.g. `chat.completions`. */
  endpoint?: OneOf<string>
  /** Without its query; a `*` at the end stands for anything. */
  path?: OneOf<string>
  method?: OneOf<string>
  /** 0: cut off before there was one; `4xx`: any of the four hundreds. */
  status?: OneOf<number | `${1 | 2 | 3 | 4 | 5}xx`>
  outcome?: OneOf<Outcome>
  /** The code of the error, e.g. `rate_limit_exceeded`. */
  code?: OneOf<string>
  /** The name of a fault; true: any, false: none. */
  fault?: OneOf<string | boolean>
  /** The id of the request whose answer it was given once more; true: any, false: none. */
  replayOf?: OneOf<string | boolean>
  /** 1 = the first try. */
  attempt?: OneOf<number>
  stream?: boolean
  /** Received at this time or later: ms since the epoch, a Date, or an ISO date. */
  since?: number | string | Date
  /** With a number above this one: what came after a request that is known. */
  after?: number
  /** At most so many, the newest. */
  limit?: number
}

type Matches = (entry: JournalEntry) => boolean

interface Field {
  readonly allowed: string
  /** Undefined: the value is not allowed. */
  read(value: unknown): Matches | undefined
}

export interface ReadFilter {
  readonly matches: Matches
  /** Infinity: all of them. */
  readonly limit: number
}

const outcomes: readonly string[] = [
  'open',
  'ok',
  'refused',
  'hung-up',
  'failed',
  'cut',
] satisfies Outcome[]

const fields: Readonly<Record<Exclude<keyof RequestFilter, 'limit'>, Field>> = {
  requestId: text(({ requestId }) => requestId),
  key: text(({ key }) => key),
  caller: text(({ caller }) => caller),
  model: text(({ model }) => model),
  endpoint: text(({ endpoint }) => endpoint),
  path: {
    allowed: 'write a path, e.g. /v1/chat/completions or /v1/*',
    read(value) {
      if (typeof value !== 'string' || value === '') return undefined
      const start = value.endsWith('*') ? value.slice(0, -1) : undefined
      return ({ path }) =>
        start === undefined ? path.split('?', 1)[0] === value : path.startsWith(start)
    },
  },
  method: text(({ method }) => method),
  status: {
    allowed: 'write a status, e.g. 429, or a hundred, e.g. 4xx',
    read(value) {
      const word = String(value)
      if (/^[1-5]xx$/.test(word)) return ({ done }) => Math.floor(done.status / 100) === +word[0]!
      const status = wholeNumber(value)
      return status === undefined || status > 599 ? undefined : ({ done }) => done.status === status
    },
  },
  outcome: {
    allowed: `write ${outcomes.join(', ')}`,
    read: value =>
      outcomes.includes(value as string) ? ({ done }) => done.outcome === value : undefined,
  },
  code: text(({ error }) => error?.code ?? undefined),
  fault: textOrAny(({ fault }) => fault, 'the name of a fault'),
  replayOf: textOrAny(({ replayOf }) => replayOf, 'the id of a request'),
  attempt: {
    allowed: 'write a whole number above 0',
    read(value) {
      const attempt = wholeNumber(value)
      return attempt ? entry => entry.attempt === attempt : undefined
    },
  },
  stream: {
    allowed: 'write true or false',
    read(value) {
      const isStream = truth(value)
      return isStream === undefined ? undefined : ({ stream }) => (stream ?? false) === isStream
    },
  },
  since: {
    allowed: 'write ms since the epoch, or an ISO date',
    read(value) {
      const sinceMs = timeMs(value)
      return Number.isNaN(sinceMs) ? undefined : ({ receivedAtMs }) => receivedAtMs >= sinceMs
    },
  },
  after: {
    allowed: 'write the number of a request',
    read(value) {
      const after = wholeNumber(value)
      return after === undefined ? undefined : ({ number }) => number > after
    },
  },
}

/** `given`: values as they are in code, or their texts, as a URL has them. Throws OptionError that names the filter. */
export function readFilter(given: RequestFilter | Readonly<Record<string, unknown>>): ReadFilter {
  const all: Matches[] = []
  let limit = Number.POSITIVE_INFINITY
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (name === 'limit') limit = readLimit(value)
    else if (Object.hasOwn(fields, name)) {
      all.push(readOne(name, fields[name as keyof typeof fields], value))
    } else {
      const names = [...Object.keys(fields), 'limit'].join(', ')
      throw new OptionError(name, undefined, `there is no such filter; there are ${names}`)
    }
  }
  return { limit, matches: entry => all.every(matches => matches(entry)) }
}

/** Those of `entries`, oldest first, that are meant: the newest of them where there is a limit. */
export function select(
  entries: readonly JournalEntry[],
  { matches, limit }: ReadFilter,
): JournalEntry[] {
  const chosen = entries.filter(matches)
  return chosen.length > limit ? chosen.slice(chosen.length - limit) : chosen
}

function readOne(name: string, { allowed, read }: Field, value: unknown): Matches {
  const any = (Array.isArray(value) ? value : [value]).map(one => {
    const matches = read(one)
    if (!matches) throw new OptionError(name, one, allowed)
    return matches
  })
  return any.length === 1 ? any[0]! : entry => any.some(matches => matches(entry))
}

function readLimit(value: unknown): number {
  const limit = wholeNumber(value)
  if (!limit) throw new OptionError('limit', value, 'write a whole number above 0')
  return limit
}

function text(of: (entry: JournalEntry) => string | undefined): Field {
  return {
    allowed: 'write a text',
    read: value =>
      typeof value === 'string' && value !== '' ? entry => of(entry) === value : undefined,
  }
}

/** `what`: the text in words. True is any text, false is none. */
function textOrAny(of: (entry: JournalEntry) => string | undefined, what: string): Field {
  return {
    allowed: `write ${what}, true for any or false for none`,
    read(value) {
      const isAny = truth(value)
      if (isAny !== undefined) return entry => (of(entry) !== undefined) === isAny
      return typeof value === 'string' && value !== '' ? entry => of(entry) === value : undefined
    },
  }
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined
}

function truth(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true
  return value === false || value === 'false' ? false : undefined
}

/** NaN: no time. */
function timeMs(value: unknown): number {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return Number.NaN
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  return /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN
}
