/** Cells in columns: numbers to the right, what is noted last to the left. */
import { formatDuration } from '../../../base/duration.ts'
import type { Paint } from '../../reporters/paint.ts'

/** `isBold`: whether the row of this number, from 0, stands out. */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  isBold: (row: number) => boolean,
): readonly string[] {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map(row => row[i]?.length ?? 0)),
  )
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === head.length - 1 ? cell : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [
    paint.dim(lineOf(head)),
    ...rows.map((row, i) => (isBold(i) ? paint.bold(lineOf(row)) : lineOf(row))),
  ]
}

export function shownTime(ms: number | null): string {
  return ms === null ? '–' : formatDuration(ms)
}
