/** The score card for a terminal. */
import { type Paint, plain } from '../../reporters/paint.ts'
import type { Card, Row } from '../card.ts'
import { leadOf, markOf, scoreWords, wrongs } from './words.ts'

/** More than so many faults are told by the files only. */
const MAX_TOLD = 24

export function formatTable(card: Card, paint: Paint = plain): string {
  const { clients, rows, skipped } = card
  const names = clients.map(({ name }) => name)
  const nameWidth = width(['the server', ...rows.map(({ name }) => name)])
  const widths = names.map(name => width([name, ...rows.map(row => cellOf(row, name))]))
  const rowLine = (row: Row) => {
    const cells = names.map((name, i) => {
      const isRight = row.results[name]?.isRight
      const cell = cellOf(row, name).padEnd(widths[i]!)
      return isRight === undefined ? paint.dim(cell) : isRight ? paint.green(cell) : paint.red(cell)
    })
    return `  ${row.name.padEnd(nameWidth)}  ${cells.join('  ')}`.trimEnd()
  }
  const groups = grouped(rows)
  const header = names.map((name, i) => name.padEnd(widths[i]!)).join('  ')
  const versionWidth = width(names)
  return [
    '',
    paint.bold('torture'),
    paint.dim(leadOf(card)),
    '',
    paint.dim(`  ${''.padEnd(nameWidth)}  ${header}`.trimEnd()),
    ...[...groups].flatMap(([group, own]) => [paint.bold(group), ...own.map(rowLine)]),
    ...toldFaults(card, paint),
    '',
    ...clients.map(client => {
      const line = `${client.name.padEnd(versionWidth)}  ${scoreWords(client)}`
      const painted = client.right === client.of ? paint.green(line) : paint.red(line)
      return `${painted}  ${paint.dim(client.version)}`
    }),
    ...skipped.map(({ name, why }) => paint.dim(`${name.padEnd(versionWidth)}  skipped: ${why}`)),
    '',
  ].join('\n')
}

function grouped(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row])
  return groups
}

function toldFaults(card: Card, paint: Paint): string[] {
  const all = wrongs(card)
  const count = all.reduce((sum, { faults }) => sum + faults.length, 0)
  if (count === 0) return []
  if (count > MAX_TOLD) return ['', paint.dim('--out card.md, .html or .json tells why of each ✗')]
  return all.flatMap(({ client, faults }) => [
    '',
    paint.bold(`What ${client.name} did wrong`),
    ...faults.map(({ trial, does, why }) => `  ${trial}: the server ${does}. ${why}`),
  ])
}

function cellOf(row: Row, name: string): string {
  const result = row.results[name]
  return result ? markOf(result) : '–'
}

function width(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(text => text.length))
}
