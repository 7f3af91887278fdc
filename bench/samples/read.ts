/** A samples file, read line by line and strictly: what is no line of ours is refused with its place. */
import { createReadStream } from 'node:fs'
import { OptionError } from '../../base/option-error.ts'
import { outcomes, type Sample } from '../sample.ts'
import { type RunEvent, type Setting, samplesSchema } from './event.ts'

/** What a line that is not whole means: the run was killed while it was being written. */
export interface Torn {
  readonly type: 'torn'
}

/** The longest line: a reply of some million chunks. */
const maxLineLength = 64 * 1024 * 1024

/** Throws OptionError, `FILE:LINE: what is wrong`. */
export async function* readEvents(path: string): AsyncGenerator<RunEvent | Torn> {
  let place = 0
  for await (const { text, isWhole } of linesOf(path)) {
    place++
    if (!isWhole && parsed(text) === undefined) {
      yield { type: 'torn' }
      return
    }
    if (text === '') continue
    yield eventOf(
      text,
      reason => new OptionError('words', undefined, reason, { origin: `${path}:${place}` }),
      place,
    )
  }
}

type Refuse = (reason: string) => OptionError

function eventOf(text: string, refuse: Refuse, place: number): RunEvent {
  const line = parsed(text)
  if (line === undefined) throw refuse('the line is no JSON object')
  const { type } = line
  if (place === 1) {
    if (type !== 'run' || line.schema !== samplesSchema) {
      throw refuse(`a samples file begins with a line of type run and schema ${samplesSchema}`)
    }
  } else if (type === 'run') throw refuse('a second run begins; a file holds one')
  switch (type) {
    case 'run':
      return { type, setting: settingOf(line, refuse) }
    case 'end':
      return {
        type,
        setting: settingOf(line, refuse),
        windowMs: numberOf(line, 'windowMs', refuse),
        lost: numberOf(line, 'lost', refuse),
        // Only ever compared with what the samples say.
        counts: objectOf(line, 'counts', refuse) as unknown as (RunEvent & {
          type: 'end'
        })['counts'],
      }
    case 'begin':
      return {
        type,
        atMs: numberOf(line, 'atMs', refuse),
        startedAt: textOf(line, 'startedAt', refuse),
      }
    case 'turn':
    case 'pause':
    case 'finish':
      return { type, atMs: numberOf(line, 'atMs', refuse) }
    case 'dropped':
      return { type, dueAtMs: numberOf(line, 'dueAtMs', refuse) }
    case 'sample':
      if (typeof line.measured !== 'boolean') throw refuse('measured must be true or false')
      return { type, isMeasured: line.measured, sample: sampleOf(line, refuse) }
    default:
      throw refuse(
        `type ${JSON.stringify(type)} is none of run, begin, sample, dropped, turn, pause, finish, end`,
      )
  }
}

type Line = Readonly<Record<string, unknown>>

const settingKeys = ['tool', 'run', 'target', 'load', 'generator', 'environment'] as const

function settingOf(
  { type, schema, definitions, counts, lost, windowMs, ...rest }: Line,
  refuse: Refuse,
): Setting {
  for (const key of settingKeys) objectOf(rest, key, refuse)
  for (const key of ['limits', 'slo', 'warnings'] as const) {
    const list = rest[key]
    if (!Array.isArray(list) || !list.every(text => typeof text === 'string')) {
      throw refuse(`${key} must be a list of texts`)
    }
  }
  // Its parts are objects that we wrote; what is inside them is shown and not reckoned with.
  return rest as unknown as Setting
}

const numbers = ['index', 'sentAtMs', 'contentChunks', 'outputTokens'] as const
const maybeNumbers = [
  'dueAtMs',
  'heldMs',
  'session',
  'turn',
  'turns',
  'status',
  'ttfbMs',
  'ttftMs',
  'preludeMs',
  'tpotMs',
  'e2eMs',
  'censoredMs',
  'inputTokens',
] as const

function sampleOf({ type, measured, ...line }: Line, refuse: Refuse): Sample {
  for (const key of numbers) numberOf(line, key, refuse)
  for (const key of maybeNumbers) if (line[key] !== undefined) numberOf(line, key, refuse)
  for (const key of ['scenario', 'requestId', 'detail']) {
    if (line[key] !== undefined) textOf(line, key, refuse)
  }
  outcomeOf(line, refuse)
  const { gapsMs, givenUp, tokensFrom, isUnsent } = line
  if (isUnsent !== undefined && isUnsent !== true) throw refuse('isUnsent must be true or absent')
  if (!Array.isArray(gapsMs) || !gapsMs.every(gap => typeof gap === 'number' && gap >= 0)) {
    throw refuse('gapsMs must be a list of numbers that are not negative')
  }
  if (tokensFrom !== 'usage' && tokensFrom !== 'chunks') {
    throw refuse('tokensFrom must be usage or chunks')
  }
  if (!Array.isArray(givenUp)) throw refuse('givenUp must be a list')
  for (const tried of givenUp) {
    if (typeof tried !== 'object' || tried === null) throw refuse('givenUp must hold objects')
    outcomeOf(tried, refuse)
    numberOf(tried, 'lastedMs', refuse)
    numberOf(tried, 'waitedMs', refuse)
  }
  // Every key that is reckoned with was looked at above; those that are absent are undefined.
  return line as unknown as Sample
}

function outcomeOf({ outcome }: Line, refuse: Refuse): void {
  if (!outcomes.some(known => known === outcome)) {
    throw refuse(`outcome ${JSON.stringify(outcome)} is none of ${outcomes.join(', ')}`)
  }
}

function numberOf(line: Line, key: string, refuse: Refuse): number {
  const value = line[key]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(`${key} must be a number`)
  return value
}

function textOf(line: Line, key: string, refuse: Refuse): string {
  const value = line[key]
  if (typeof value !== 'string') throw refuse(`${key} must be a text`)
  return value
}

function objectOf(line: Line, key: string, refuse: Refuse): Line {
  const value = line[key]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse(`${key} must be an object`)
  }
  return value as Line
}

function parsed(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Line)
      : undefined
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

/** Lines with whether a line feed ends them; only the last may be without. */
async function* linesOf(path: string): AsyncGenerator<{ text: string; isWhole: boolean }> {
  const input = createReadStream(path, { encoding: 'utf8', highWaterMark: 256 * 1024 })
  let rest = ''
  try {
    for await (const piece of input) {
      const lines = (rest + piece).split('\n')
      rest = lines.pop() ?? ''
      for (const text of lines) yield { text: text.trimEnd(), isWhole: true }
      if (rest.length > maxLineLength) {
        throw new OptionError('words', path, `a line is longer than ${maxLineLength} characters`)
      }
    }
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw new OptionError('words', path, `the file cannot be read (${code ?? message})`, { cause })
  } finally {
    input.destroy()
  }
  if (rest !== '') yield { text: rest, isWhole: false }
}
