/** What is expected of a client, from what was written to what can be judged. */
import type { Path } from '../../base/config-file.ts'
import { OptionError, type Origin } from '../../base/option-error.ts'
import type { OptionTable, Row } from '../../base/option-table.ts'
import { isObject } from '../../protocol/checks.ts'
import { type Cursor, cursorFor, dotted, type Fault, unknownWords } from '../fixtures/cursor.ts'
import type { Assertion } from './assertion.ts'
import {
  type AssertionName,
  assertionNames,
  assertions,
  type GivenAssertions,
} from './assertions.ts'
import type { DeepRow } from './rows.ts'
import { type Matches, readWhere, type Where } from './where.ts'

/**
 * Assertions by name, each with its settings, with a bare value of the one that matters, or with `true`:
 * `{ maxInFlight: 8, waitedRetryAfter: true, count: { atLeast: 3 } }`.
 */
export interface Expectation extends GivenAssertions {
  /** What it is called in reports. */
  readonly name?: string | undefined
  /** Which requests it is about; undefined: all. */
  readonly where?: Where | undefined
  /** Passes where there was nothing to judge, which is inconclusive otherwise: for rules that always hold. */
  readonly allowNone?: boolean | undefined
}

/** One assertion, ready to be judged. */
export interface Expected {
  readonly name: string | undefined
  readonly assertion: AssertionName
  /** As it was written. */
  readonly wanted: unknown
  readonly where: Where | undefined
  readonly matches: Matches | undefined
  readonly allowsNone: boolean
  /** By the assertion's table. */
  readonly settings: never
}

/** Expectations of one call are bounded: each looks at the whole journal. */
const MAX_EXPECTED = 1000
const ownFields = ['name', 'where', 'allowNone']
const known = [...assertionNames, ...ownFields]

/**
 * One expectation, or a list of them. Throws OptionError for the first fault; `originOf` says where in a file a path
 * stands.
 */
export function readExpectations(
  given: unknown,
  originOf: (path: Path) => Origin = path => `verify(${dotted(path)})`,
): Expected[] {
  const faults: Fault[] = []
  const cursor = cursorFor(faults)
  const expected = Array.isArray(given)
    ? given.flatMap((one, index) => readExpectation(one, cursor.at(index)))
    : readExpectation(given, cursor)
  if (expected.length === 0 && faults.length === 0) {
    cursor.refuse(`name an assertion: ${assertionNames.join(', ')}`)
  }
  if (expected.length > MAX_EXPECTED) cursor.refuse(`write at most ${MAX_EXPECTED} assertions`)
  const [fault] = faults
  if (fault) {
    const option = dotted(fault.path) || 'verify'
    throw new OptionError(option, undefined, fault.why, { origin: originOf(fault.path) })
  }
  return expected
}

function readExpectation(given: unknown, cursor: Cursor): Expected[] {
  if (!isObject(given)) {
    cursor.refuse('write a mapping of assertions such as { maxInFlight: 8 }, or a list of them')
    return []
  }
  const { name, where, allowNone } = given
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    cursor.at('name').refuse('write a text that is not empty')
  }
  if (allowNone !== undefined && typeof allowNone !== 'boolean') {
    cursor.at('allowNone').refuse('write true or false')
  }
  const matches = where === undefined ? undefined : readWhere(where, cursor.at('where'))
  const expected: Expected[] = []
  for (const [key, wanted] of Object.entries(given)) {
    const at = cursor.at(key)
    if (ownFields.includes(key)) continue
    if (!assertionNames.includes(key as AssertionName)) {
      at.refuse(unknownWords(`assertion ${key}`, key, known))
      continue
    }
    if (wanted === undefined) continue
    const settings = readSettings(assertions[key as AssertionName], wanted, at)
    expected.push({
      name: name as string | undefined,
      assertion: key as AssertionName,
      wanted,
      where: where as Where | undefined,
      matches,
      allowsNone: allowNone === true,
      settings: settings as never,
    })
  }
  return expected
}

/** What is written behind an assertion's name, as values by its table. */
function readSettings(
  { settings: table, short, fault }: Assertion,
  wanted: unknown,
  cursor: Cursor,
): unknown {
  const isMapping = isObject(wanted)
  if (!isMapping && short === undefined && wanted !== true) {
    const names = Object.keys(table)
    const more = names.length > 0 ? `, or a mapping of ${names.join(', ')}` : ''
    return cursor.refuse(`write true${more}; leave it out where it need not hold`)
  }
  const written = isMapping ? wanted : short === undefined ? {} : { [short]: wanted }
  return cursor.sound(() => {
    for (const name of Object.keys(written)) {
      if (Object.hasOwn(table, name)) continue
      const names = Object.keys(table)
      const why =
        names.length > 0 ? unknownWords(`setting ${name}`, name, names) : 'it has no settings'
      cursor.at(name).refuse(why)
    }
    const values: Record<string, unknown> = {}
    for (const [name, row] of Object.entries(table) as [string, OptionTable[string]][]) {
      values[name] = readSetting(row, written[name], isMapping ? cursor.at(name) : cursor)
    }
    const wrong = fault?.(values as never)
    if (wrong !== undefined) cursor.refuse(wrong)
    return values
  })
}

function readSetting(row: Row<unknown>, value: unknown, cursor: Cursor): unknown {
  if (value === undefined) {
    if ('isNeeded' in row) return cursor.refuse(row.allowed)
    return row.fallback === undefined ? undefined : row.read(row.fallback)
  }
  if ('readAt' in row) return (row as DeepRow<unknown, unknown>).readAt(value, cursor)
  const read = row.read(value)
  if (read !== undefined) return read
  const written = JSON.stringify(value) ?? String(value)
  const shown = written.length > 80 ? `${written.slice(0, 77)}…` : written
  return cursor.refuse(`${shown} is not allowed; ${row.allowed}`)
}
