/** Whose trace it is, by the names of its columns or keys, and what one of its rows says. */
import type { Hint } from '../work/hint.ts'

export interface TraceRow extends Hint {
  /** On the trace's own clock, ms. */
  readonly timeMs: number
}

export interface TraceKind {
  readonly name: string
  readonly time: string
  readonly input: string
  readonly output: string
  /** How its times are written; `date` is ISO 8601, in UTC where it names no zone. */
  readonly unit: 'ms' | 's' | 'date'
  /** Whether its times may be rounded to seconds, and are then to be spread again. */
  readonly isRounded: boolean
}

const kinds: readonly TraceKind[] = [
  {
    name: 'Azure',
    time: 'TIMESTAMP',
    input: 'ContextTokens',
    output: 'GeneratedTokens',
    unit: 'date',
    isRounded: false,
  },
  {
    name: 'Mooncake',
    time: 'timestamp',
    input: 'input_length',
    output: 'output_length',
    unit: 'ms',
    isRounded: true,
  },
  {
    name: 'BurstGPT',
    time: 'Timestamp',
    input: 'Request tokens',
    output: 'Response tokens',
    unit: 's',
    isRounded: true,
  },
  {
    name: 'own',
    time: 'atMs',
    input: 'inputTokens',
    output: 'outputTokens',
    unit: 'ms',
    isRounded: false,
  },
]

/** What a trace may look like, as the end of a sentence. */
export const traceSyntax = `its columns or keys must be those of ${kinds
  .map(({ name, time, input, output }) => `${name} (${time}, ${input}, ${output})`)
  .join(', ')}`

/** Undefined: nobody's that is known. Only `atMs` may stand without lengths. */
export function traceKindOf(names: readonly string[]): TraceKind | undefined {
  return kinds.find(
    ({ name, time, input }) => names.includes(time) && (name === 'own' || names.includes(input)),
  )
}

/** One row, or what is wrong with it. */
export function readTraceRow(
  kind: TraceKind,
  fields: Readonly<Record<string, unknown>>,
): TraceRow | string {
  const time = fields[kind.time]
  const timeMs = kind.unit === 'date' ? readDate(time) : readNumber(time)
  if (timeMs === undefined) return `${kind.time} is ${show(time)}, which is no time`
  const input = readLength(fields[kind.input])
  const output = readLength(fields[kind.output])
  if (Number.isNaN(input))
    return `${kind.input} is ${show(fields[kind.input])}, not a number of tokens`
  if (Number.isNaN(output)) {
    return `${kind.output} is ${show(fields[kind.output])}, not a number of tokens`
  }
  return {
    timeMs: kind.unit === 's' ? timeMs * 1000 : timeMs,
    inputTokens: input,
    outputTokens: output,
  }
}

/** At least 1: a trace writes 0 for what had failed. NaN: it is no length; undefined: none is told. */
function readLength(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const length = readNumber(value)
  return length !== undefined && Number.isInteger(length) ? Math.max(1, length) : Number.NaN
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d+(\.\d*)?$/.test(value.trim())) return undefined
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && number >= 0 && number < 1e15 ? number : undefined
}

/** `2023-11-16 18:17:03.9799600`, with more digits than Date.parse keeps. */
function readDate(value: unknown): number | undefined {
  const [, day, time, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(
      String(value).trim(),
    ) ?? []
  const wholeMs = Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(wholeMs) ? undefined : wholeMs + Number(`0${fraction}`) * 1000
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60)
}
