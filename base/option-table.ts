/**
 * Options as one table per program: type, default, help and check of every setting, written once.
 * Flags, environment, file, programmatic callers, `--help`, the JSON schema and the README's table are
 * all read from it. (A table of ours and not a zod schema: zod alone takes two thirds of a bare Node
 * process's start-up, and `serve` must be up before a shell prompt is.)
 */
import { type Distribution, distributionSyntax, parseDistribution } from './distribution.ts'
import { durationSyntax, parseDuration } from './duration.ts'
import { OptionError, type Origin } from './option-error.ts'

/** How a value is written: what flags expect, and the JSON schema's type. */
export type Shape = 'text' | 'number' | 'flag' | 'list'

/** One setting. `T` is the value inside; `In` is what a programmatic caller may write. */
export interface Row<T, In = T> {
  readonly shape: Shape
  /** What stands for the value in help, e.g. `DURATION`. */
  readonly label: string
  /** One sentence, with the unit where there is one. */
  readonly help: string
  /** The default as a user would write it; undefined: unset. */
  readonly fallback: In | undefined
  /** What is allowed, as the end of a sentence. */
  readonly allowed: string
  /** Environment variables besides `TOKADENCE_…`, such as OPENAI_BASE_URL. */
  readonly env: readonly string[]
  /** For lists: whether `a,b` means two items. */
  readonly split: boolean
  /** Why a value is not allowed, where more can be said than `allowed`. */
  readonly why?: (value: unknown) => string | undefined
  /** The value inside, or undefined when `value` is not allowed. */
  read(value: unknown): Exclude<T, undefined> | undefined
  /** Options that a text stands for; whatever else is written wins. */
  readonly brings?: (text: string, origin: Origin) => Promise<readonly Entry[]>
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds rows of any type; Resolved gives each back.
export type OptionTable = Readonly<Record<string, Row<any, any>>>
export type Resolved<Table extends OptionTable> = {
  readonly [K in keyof Table]: Table[K] extends Row<infer T, infer _> ? T : never
}
export type Given<Table extends OptionTable> = {
  readonly [K in keyof Table]?: Table[K] extends Row<infer _, infer In> ? In | undefined : never
}

/** One value and where it was written. */
export interface Entry {
  readonly key: string
  readonly value: unknown
  readonly origin: Origin
}

interface Words<F> {
  help: string
  fallback?: F
  label?: string
  env?: readonly string[]
}
type Value<T, F> = F extends undefined ? T | undefined : T

function row<T, In, F extends In | undefined>(
  words: Words<F>,
  rest: Pick<Row<Value<T, F>, In>, 'shape' | 'label' | 'allowed' | 'read'> & { split?: boolean },
): Row<Value<T, F>, In> {
  const { help, fallback, label = rest.label, env = [] } = words
  return { split: false, ...rest, label, help, fallback, env }
}

type Read<T, F> = Row<Value<T, F>, unknown>['read']

export function text<F extends string | undefined = undefined>(words: Words<F>) {
  const read = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  return row<string, string, F>(words, {
    shape: 'text',
    label: 'TEXT',
    allowed: 'write a text that is not empty',
    read: read as Read<string, F>,
  })
}

export function choice<const C extends string, F extends C | undefined = undefined>(
  choices: readonly C[],
  words: Words<F>,
) {
  const read = (value: unknown) => choices.find(option => option === value)
  return row<C, C, F>(words, {
    shape: 'text',
    label: choices.join('|'),
    allowed: `choose one of ${choices.join(', ')}`,
    read: read as Read<C, F>,
  })
}

export function integer<F extends number | undefined = undefined>(
  min: number,
  max: number,
  words: Words<F>,
) {
  const read = (value: unknown) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    return Number.isInteger(number) && (number as number) >= min && (number as number) <= max
      ? (number as number)
      : undefined
  }
  return row<number, number, F>(words, {
    shape: 'number',
    label: 'N',
    allowed: `write a whole number from ${min} to ${max}`,
    read: read as Read<number, F>,
  })
}

/** A duration in ms inside; a bare number is ms. */
export function duration<F extends string | number | undefined = undefined>(words: Words<F>) {
  const read = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? parseDuration(value) : undefined
  return row<number, string | number, F>(words, {
    shape: 'text',
    label: 'DURATION',
    allowed: durationSyntax,
    read: read as Read<number, F>,
  })
}

/** Dollars; nano-dollars (10⁻⁹ USD) inside, as whole numbers. */
export function dollars<F extends string | number | undefined = undefined>(words: Words<F>) {
  return row<number, string | number, F>(words, {
    shape: 'text',
    label: 'USD',
    allowed: 'write dollars such as 0.5 or $2, up to 1 million',
    read: readDollars as Read<number, F>,
  })
}

/** Nano-dollars; undefined for what is no sum of money from 0 to a million dollars. */
export function readDollars(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !/^\$?(\d+\.?\d*|\.\d+)(e-?\d+)?$/.test(text)) return undefined
  const nanoDollars = Math.round(Number(text.replace('$', '')) * 1e9)
  return nanoDollars <= 1e15 ? nanoDollars : undefined
}

export function distribution<F extends string | number | undefined = undefined>(
  unit: 'ms' | 'count',
  words: Words<F>,
) {
  const read = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number'
      ? parseDistribution(value, unit)
      : undefined
  return row<Distribution, string | number, F>(words, {
    shape: 'text',
    label: unit === 'ms' ? 'DURATION' : 'N',
    allowed: distributionSyntax(unit),
    read: read as Read<Distribution, F>,
  })
}

export function flag(words: Omit<Words<boolean>, 'fallback'>) {
  const read = (value: unknown) =>
    value === true || value === 'true' || value === '1'
      ? true
      : value === false || value === 'false' || value === '0'
        ? false
        : undefined
  return row<boolean, boolean, boolean>(
    { ...words, fallback: false },
    { shape: 'flag', label: '', allowed: 'write true or false', read },
  )
}

/** Several texts; with `split`, one text may hold several with commas between them. */
export function list(words: Omit<Words<readonly string[]>, 'fallback'> & { split?: boolean }) {
  const split = words.split ?? true
  const read = (value: unknown) => {
    const items = Array.isArray(value) ? value : [value]
    if (!items.every(item => typeof item === 'string' && item !== '')) return undefined
    const texts = items as string[]
    return split ? texts.flatMap(item => item.split(',').filter(part => part !== '')) : texts
  }
  return row<readonly string[], readonly string[] | string, readonly string[]>(
    { ...words, fallback: [] },
    { shape: 'list', label: 'TEXT', allowed: 'write one text or more', read, split },
  )
}

/** `maxConcurrent` → `--max-concurrent` */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

/** `maxConcurrent` → `TOKADENCE_MAX_CONCURRENT` */
export function environmentName(key: string): string {
  return `TOKADENCE_${key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`
}

/**
 * The table's values from `entries`, of which later ones win; what none gives has its default.
 * Throws OptionError for an unknown key or a value that is not allowed.
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table,
  entries: readonly Entry[],
): { values: Resolved<Table>; origins: Readonly<Record<string, Origin>> } {
  const values: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  for (const [key, { fallback, read }] of Object.entries(table)) {
    values[key] = fallback === undefined ? undefined : read(fallback)
    origins[key] = 'default'
  }
  for (const { key, value, origin } of entries) {
    const known = Object.hasOwn(table, key) ? table[key] : undefined
    if (!known) throw unknownKey(key, origin, Object.keys(table))
    if (value === undefined) continue
    const inside = known.read(value)
    if (inside === undefined) throw notAllowed(known, { key, value, origin })
    values[key] = inside
    origins[key] = origin
  }
  return { values: values as Resolved<Table>, origins }
}

/** `entries`, and before them what values among them bring. Throws OptionError for what cannot be brought. */
export async function withBrought(
  table: OptionTable,
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  const brought: Entry[] = []
  for (const [key, row] of Object.entries(table)) {
    if (!row.brings) continue
    const written = entries.findLast(entry => entry.key === key && entry.value !== undefined)
    const inside = written && row.read(written.value)
    if (typeof inside === 'string') brought.push(...(await row.brings(inside, written!.origin)))
  }
  return [...brought, ...entries]
}

export function notAllowed(
  { why, allowed }: Pick<OptionTable[string], 'why' | 'allowed'>,
  { key, value, origin }: Entry,
): OptionError {
  return new OptionError(key, value, why?.(value) ?? allowed, { origin })
}

/** The options of a programmatic caller: `createMockServer({ ttft: '200ms' })`. */
export function readOptions<Table extends OptionTable>(
  table: Table,
  given: Given<Table>,
  caller: string,
): Resolved<Table> {
  return resolveOptions(table, entriesOf(given, caller)).values
}

/** The same, of a table in which options may bring others. */
export async function readAllOptions<Table extends OptionTable>(
  table: Table,
  given: Given<Table>,
  caller: string,
): Promise<Resolved<Table>> {
  return resolveOptions(table, await withBrought(table, entriesOf(given, caller))).values
}

function entriesOf(given: object, caller: string): Entry[] {
  return Object.entries(given).map(([key, value]) => ({
    key,
    value,
    origin: `${caller}({ ${key} })`,
  }))
}

/** Says nothing of the value: under a misspelt name it may be a secret. */
export function unknownKey(key: string, origin: Origin, known: readonly string[]): OptionError {
  const near = nearest(key, known)
  const advice =
    near === undefined ? `the options are ${known.join(', ')}` : `did you mean ${near}?`
  return new OptionError(key, undefined, `there is no option ${key}: ${advice}`, { origin })
}

/** The known name within two edits (or one transposition) of `name`, if there is one. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = 3
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance, row by row. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substitute, previous[j]! + 1, current[j - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}
