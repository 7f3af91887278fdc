/** A run as Markdown, for a step summary or a pull request. */
import { formatDuration } from '../../base/duration.ts'
import { times } from '../measure.ts'
import type { Summary } from '../summary.ts'
import type { Stats } from '../tally.ts'
import { type Check, checksOfRun } from './checks.ts'
import { comparisonMarkdown } from './comparison-markdown.ts'
import { attemptWords, sessionWords } from './count-words.ts'
import { markdownTable, markdownText } from './markdown-table.ts'
import { shownTimes } from './shown-times.ts'

const marks = { passed: '✅', missed: '❌', inconclusive: '❔' } as const
const columns = ['p50', 'p95', 'p99', 'max'] as const

export function formatMarkdown(summary: Summary): string {
  const { run, target, counts, throughput, against, warnings } = summary
  const { sent, ok, failed, cut, open } = counts
  const checks = checksOfRun(summary)
  const parts = [
    `## ${markdownText(run.label ?? 'bench')}`,
    `${markdownText(target.url)}, ${markdownText(target.model)}, ${formatDuration(run.seconds * 1000)}, run ${run.id}`,
    ...(checks.length > 0 ? [checkTable(checks)] : []),
    ...(against
      ? [
          comparisonMarkdown(
            against.comparison,
            { base: against.url, head: target.url },
            3,
          ).trimEnd(),
        ]
      : []),
    markdownTable(
      ['ms', 'samples', 'mean', ...columns],
      shownTimes(summary).map(name => timeRow(times[name].title, summary[`${name}Ms`])),
      [1, 2, 3, 4, 5, 6],
    ),
    `${sent} sent = ${ok} ok + ${failed} failed + ${cut} cut + ${open} open; ${throughput.requestsPerSecond.toFixed(1)} requests/s, ${throughput.outputTokensPerSecond.toFixed(1)} output tokens/s.`,
    ...lineOf('Attempts', attemptWords(summary)),
    ...lineOf('Sessions', sessionWords(summary)),
    ...(warnings.length > 0 ? [warnings.map(text => `- ${markdownText(text)}`).join('\n')] : []),
  ]
  return `${parts.join('\n\n')}\n`
}

function lineOf(name: string, words: string | undefined): readonly string[] {
  return words === undefined ? [] : [`${name}: ${words}.`]
}

function checkTable(checks: readonly Check[]): string {
  const rows = checks.map(({ title, outcome, says }) => [`${marks[outcome]} ${title}`, says])
  return markdownTable(['limit', 'found'], rows)
}

function timeRow(title: string, stats: Stats): string[] {
  const ms = (value: number | null) =>
    value === null ? '–' : value < 100 ? value.toFixed(2) : value.toFixed(1)
  return [title, String(stats.count), ms(stats.mean), ...columns.map(name => ms(stats[name]))]
}
