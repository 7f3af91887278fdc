/** Kinds of settings that only assertions have. */
import type { Row } from '../../base/option-table.ts'
import type { Cursor } from '../fixtures/cursor.ts'
import { globbed, type Matches, readWhere, type Where } from './where.ts'

/** A name in which `*` stands for any characters. */
export interface Name {
  readonly text: string
  test(text: string): boolean
}

type Written = string | number

/** One name, number or pattern, or a list of them. */
export function names({
  label,
  help,
}: {
  label: string
  help: string
}): Row<readonly Name[], Written | readonly Written[]> {
  return {
    shape: 'list',
    label,
    help,
    fallback: undefined,
    allowed: 'write a text or a number, or a list of them',
    env: [],
    split: false,
    read(value) {
      const all = Array.isArray(value) ? value : [value]
      const isName = (one: unknown) =>
        typeof one === 'number' || (typeof one === 'string' && one !== '')
      if (all.length === 0 || !all.every(isName)) return undefined
      return all.map(one => ({ text: String(one), test: globbed(String(one)) }))
    },
  }
}

export interface Filter {
  readonly where: Where
  readonly matches: Matches
}

/** A row that can say where in a value the fault is. */
export interface DeepRow<T, In> extends Row<T, In> {
  readAt(value: unknown, cursor: Cursor): T | undefined
}

/** A list of filters. */
export function filters(): DeepRow<readonly Filter[], readonly Where[]> {
  return {
    shape: 'list',
    label: 'FILTERS',
    help: 'Filters such as `[{ status: 429 }, { status: 200 }]`.',
    fallback: undefined,
    allowed: 'write a list of filters such as [{ status: 429 }, { status: 200 }]',
    env: [],
    split: false,
    read: () => undefined,
    readAt(value, cursor) {
      if (!Array.isArray(value) || value.length === 0) return cursor.refuse(this.allowed)
      return cursor.sound(() =>
        value.map((where, index) => ({ where, matches: readWhere(where, cursor.at(index))! })),
      )
    },
  }
}
