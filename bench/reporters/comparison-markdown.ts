/** A comparison as Markdown, for a step summary or a pull request. */
import type { Comparison } from '../compare/comparison.ts'
import { differenceText, meaningOf, methodText, valueText } from './comparison-words.ts'
import { markdownTable, markdownText } from './markdown-table.ts'

const marks = {
  better: '✅ better',
  same: '✅ same',
  worse: '❌ worse',
  inconclusive: '❔',
} as const

/** `level`: of its heading. */
export function comparisonMarkdown(
  comparison: Comparison,
  names: { readonly base: string; readonly head: string },
  level = 2,
): string {
  const { rows, says, warnings } = comparison
  const cells = rows.map(row => [
    row.isJudged ? row.title : `(${row.title})`,
    valueText(row, row.base),
    valueText(row, row.head),
    differenceText(row),
    `${row.samples.base}/${row.samples.head}`,
    row.verdict === 'inconclusive' ? `❔ ${row.reason}` : marks[row.verdict],
  ])
  const parts = [
    `${'#'.repeat(level)} ${says}`,
    `base: ${markdownText(names.base)}  \nhead: ${markdownText(names.head)}`,
    markdownTable(['', 'base', 'head', 'difference', 'samples', 'verdict'], cells, [1, 2, 3, 4]),
    `${methodText(comparison)} What is in brackets is not judged.`,
    warnings.map(text => `- ${markdownText(text)}`).join('\n'),
    `<details><summary>Definitions</summary>\n\n${meaningOf(comparison)
      .map(text => `- ${markdownText(text)}`)
      .join('\n')}\n\n</details>`,
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}
