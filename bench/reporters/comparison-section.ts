/** A comparison as parts of a page: what differs, by how much, what that means; and both sides' own figures. */
import type { Comparison, Row } from '../compare/comparison.ts'
import type { Summary } from '../summary.ts'
import { differenceText, methodText, valueText } from './comparison-words.ts'
import { intervalFigure, intervalStyle } from './interval-figure.ts'
import { html, number, table } from './markup.ts'
import { shownTimes } from './shown-times.ts'
import { sideFigures } from './side-figures.ts'
import { timeRowsOf, timesTable } from './times-table.ts'

export interface Compared {
  readonly comparison: Comparison
  readonly base: Summary
  readonly head: Summary
}

export interface Names {
  readonly base: string
  readonly head: string
}

/** Rules that a page with a comparison needs. */
export const comparisonStyle = `${intervalStyle}
.swatch.band{background:var(--open);opacity:.6}
.plots.both{margin-top:16px}#comparison~figure{margin:16px 0}
.names{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0 0 14px}
.names dt{font-weight:600}.names dd{margin:0;overflow-wrap:anywhere}
`

const marks = {
  better: '✓ better',
  same: '✓ same',
  worse: '✗ worse',
  inconclusive: '? inconclusive',
} as const

export function comparisonSection(comparison: Comparison, names: Names): string {
  const { rows, verdict, says } = comparison
  const kind = verdict === 'better' || verdict === 'same' ? 'good' : 'bad'
  const cells = rows.map(row => [
    row.title,
    valueText(row, row.base),
    valueText(row, row.head),
    differenceText(row),
    `${number(row.samples.base)} / ${number(row.samples.head)}`,
    verdictText(row),
  ])
  const head = ['metric', 'base', 'head', 'difference', 'samples', 'verdict']
  return `<section aria-labelledby="comparison"><h2 id="comparison">Against base</h2>
<dl class="names"><dt>base</dt><dd>${html(names.base)}</dd><dt>head</dt><dd>${html(names.head)}</dd></dl>
<p class="verdict ${kind}">${html(says)}</p>
${intervalFigure(comparison)}
${table('Head against base', head, cells, true)}
${reasonsOf(rows)}<p class="note">${html(methodText(comparison))} What is in brackets is not judged.</p></section>`
}

/** A metric without a say has its verdict in brackets. */
function verdictText({ verdict, isJudged }: Row): string {
  const text = marks[verdict]
  return isJudged ? text : `(${text})`
}

/** Why what is judged cannot be told. */
function reasonsOf(rows: readonly Row[]): string {
  const told = rows.flatMap(({ isJudged, title, reason }) =>
    isJudged && reason !== null ? [`<li>${html(`${title}: ${reason}`)}</li>`] : [],
  )
  return told.length > 0 ? `<ul class="note">${told.join('')}</ul>` : ''
}

/** Plots with both sides in them, and their counts and times side by side. */
export function comparisonFigures({ comparison, base, head }: Compared): string {
  const counts = [
    ['base', base],
    ['head', head],
  ] as const
  const rows = counts.map(([side, { counts, throughput, run }]) => [
    side,
    ...[counts.sent, counts.ok, counts.failed, counts.cut, counts.open, counts.dropped].map(number),
    `${Number(run.seconds.toFixed(2))} s`,
    `${number(throughput.requestsPerSecond)}/s`,
    `${number(throughput.outputTokensPerSecond)}/s`,
  ])
  const names = shownTimes(head)
  const columns = [
    'sent',
    'ok',
    'failed',
    'cut',
    'open',
    'dropped',
    'measured',
    'requests',
    'tokens',
  ]
  const times = names.flatMap(name => [
    ...timeRowsOf(base, [name]).map(([title, stats]) => [`${title} base`, stats] as const),
    ...timeRowsOf(head, [name]).map(([title, stats]) => [`${title} head`, stats] as const),
  ])
  return `<section aria-labelledby="both"><h2 id="both">Both sides</h2>
${table('Requests of both sides', ['side', ...columns], rows, true)}
${timesTable('Times of both sides in milliseconds', times)}
<div class="plots both">${sideFigures(base, head, comparison.isPaired)}</div></section>
`
}
