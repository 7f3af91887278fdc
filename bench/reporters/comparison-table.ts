/** A comparison as a table for people. */
import type { Comparison, Row } from '../compare/comparison.ts'
import type { Verdict } from '../compare/verdict.ts'
import { differenceText, methodText, valueText } from './comparison-words.ts'
import { type Paint, plain } from './paint.ts'

/** Names stand above the columns of base and head: what the two are. */
export function formatComparison(
  comparison: Comparison,
  names: { readonly base: string; readonly head: string },
  paint: Paint = plain,
): string {
  const { rows, says, verdict, warnings } = comparison
  const { bold, dim, yellow } = paint
  const [judged, beside] = [true, false].map(flag => rows.filter(row => row.isJudged === flag))
  const lines = table(['', 'base', 'head', 'difference', 'samples', ''], rows)
  const line = (row: Row) => coloured(lines.of.get(row) ?? '', row.verdict, paint)
  return [
    '',
    `${bold('base')}  ${names.base}`,
    `${bold('head')}  ${names.head}`,
    '',
    dim(lines.head),
    ...(judged ?? []).map(line),
    ...((beside?.length ?? 0) > 0 ? [dim('not judged:'), ...(beside ?? []).map(line)] : []),
    '',
    `${bold(verdict)}  ${says}`,
    dim(methodText(comparison)),
    ...rows.flatMap(({ isJudged, reason, title }) =>
      isJudged && reason !== null ? [`  ${yellow('?')} ${title}: ${reason}`] : [],
    ),
    ...warnings.map(text => `  ${yellow('!')} ${text}`),
    '',
  ].join('\n')
}

function table(head: readonly string[], rows: readonly Row[]) {
  const cells = new Map(rows.map(row => [row, cellsOf(row)]))
  const all = [head, ...cells.values()]
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]!.length)))
  const joined = (row: readonly string[]) =>
    row
      .map((text, i) => (i === 0 || i === 5 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join('  ')
      .trimEnd()
  return {
    head: joined(head),
    of: new Map([...cells].map(([row, texts]) => [row, joined(texts)])),
  }
}

function cellsOf(row: Row): readonly string[] {
  const { title, base, head, samples, verdict } = row
  return [
    title,
    valueText(row, base),
    valueText(row, head),
    differenceText(row),
    `${samples.base}/${samples.head}`,
    verdict,
  ]
}

function coloured(line: string, verdict: Verdict, { green, red, yellow, dim }: Paint): string {
  const colour = { better: green, same: dim, worse: red, inconclusive: yellow }[verdict]
  return line.endsWith(verdict) ? line.slice(0, -verdict.length) + colour(verdict) : line
}
