/** The result as a table for people: times, counts, throughput, thresholds, warnings. */
import { formatDuration } from '../../base/duration.ts'
import { formatDollars } from '../../protocol/prices.ts'
import { loadWords } from '../load/facts.ts'
import { times } from '../measure.ts'
import { samplesNeeded } from '../percentile.ts'
import { rateUnit } from '../rates.ts'
import { type Outcome, outcomes } from '../sample.ts'
import type { Summary } from '../summary.ts'
import type { Stats } from '../tally.ts'
import type { Verdict } from '../threshold.ts'
import { formatComparison } from './comparison-table.ts'
import { attemptWords, sessionWords } from './count-words.ts'
import { type Paint, plain } from './paint.ts'
import { scenarioLines } from './scenario-table.ts'
import { shownTimes } from './shown-times.ts'
import { trustLines } from './trust.ts'

const columns = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const
const percentOf: Readonly<Record<(typeof columns)[number], number>> = {
  p50: 50,
  p75: 75,
  p90: 90,
  p95: 95,
  p99: 99,
  p999: 99.9,
  max: 0,
}

/** A percentile with fewer samples than it needs carries a `~`. */
export function formatTable(summary: Summary, paint: Paint = plain): string {
  const { run, target, load, counts, throughput, tokens, generator } = summary
  const { bold, dim } = paint
  const size =
    load.requests === null ? formatDuration(run.seconds * 1000) : `${load.requests} requests`
  const lines = [
    '',
    `${bold(run.label ?? 'bench')}  ${target.url}  ${target.model}`,
    dim(
      `${loadWords(load)}, ${size} after ${formatDuration(load.warmupMs)} of warm-up, run ${run.id}`,
    ),
    ...summary.truth.invalid.map(text => paint.red(`INVALID: ${text}`)),
    '',
    ...timeTable(summary, paint),
    ...scenarioLines(summary, paint),
    '',
    `${bold('requests')}  ${counts.sent} sent = ${counts.ok} ok + ${counts.failed} failed + ${counts.cut} cut + ${counts.open} open`,
    ...outcomeLines(summary, paint),
    ...wordLine('attempts', attemptWords(summary), paint),
    ...wordLine('sessions', sessionWords(summary), paint),
    `${bold('rate')}      ${throughput.requestsPerSecond.toFixed(1)} requests/s   ${throughput.outputTokensPerSecond.toFixed(1)} output tokens/s${goodText(summary)}`,
    `${bold('tokens')}    ${tokens.input} in, ${tokens.output} out${tokens.source ? dim(`  counted by ${sourceWords[tokens.source]}`) : ''}`,
    ...costLine(summary).map(text => `${bold('cost')}      ${text}`),
    `${bold('generator')} event loop ${formatLag(generator.eventLoopLagMs.p99)} late at p99, ${Math.round(generator.cpuRatio * 100)} % of a core`,
    ...trustLines(summary).map((text, i) => `${i === 0 ? bold('trust') : '     '}     ${text}`),
    ...section(
      'thresholds',
      summary.thresholds.map(verdict => verdictLine(verdict, paint)),
      paint,
    ),
    ...(summary.against ? [comparisonText(summary.against, target.url, paint)] : []),
    ...section(
      'mind',
      summary.warnings.map(text => `${paint.yellow('!')} ${text}`),
      paint,
    ),
    '',
  ]
  return lines.join('\n')
}

function comparisonText(
  { comparison, url: base }: NonNullable<Summary['against']>,
  head: string,
  paint: Paint,
): string {
  return formatComparison(comparison, { base, head }, paint).trimEnd()
}

/** What it cost, where that was looked at. */
function costLine({ spending }: Summary): readonly string[] {
  if (!spending) return []
  const { dollars, budgetDollars, source } = spending
  if (dollars === null) return ['not known: a model has no price']
  const budget = budgetDollars === null ? '' : ` of ${formatDollars(budgetDollars * 1e9)}`
  return [`${formatDollars(dollars * 1e9)}${budget}, warm-up included, by ${source}`]
}

function wordLine(name: string, words: string | undefined, { bold }: Paint): readonly string[] {
  return words === undefined ? [] : [`${bold(name)}  ${words}`]
}

/** Goodput, where there is an objective to be good by. */
function goodText({ counts, throughput }: Summary): string {
  const { good, ok } = counts
  if (good === null) return ''
  const share = ok > 0 ? good / ok : 0
  const goodputRps = throughput.requestsPerSecond * share
  return `   goodput ${goodputRps.toFixed(1)} requests/s, ${Math.round(share * 100)} % of those ok`
}

const sourceWords = {
  usage: 'usage',
  chunks: 'content chunks',
  mixed: 'usage where it came',
} as const

function timeTable(summary: Summary, { bold, dim }: Paint): string[] {
  const head = ['ms', 'samples', 'mean', ...columns.map(name => (name === 'p999' ? 'p99.9' : name))]
  const rows = shownTimes(summary).map(name => {
    const stats = summary[`${name}Ms`]
    return [
      times[name].title,
      String(stats.count),
      ms(stats.mean),
      ...columns.map(c => cell(stats, c)),
    ]
  })
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map(row => row[i]!.length)))
  const line = (row: readonly string[]) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ')
  const isThin = rows.some(row => row.some(text => text.startsWith('~')))
  return [
    dim(line(head)),
    ...rows.map(row => {
      const text = line(row)
      return bold(text.slice(0, widths[0])) + text.slice(widths[0])
    }),
    ...(isThin ? [dim('~ fewer samples than this percentile needs')] : []),
  ]
}

function cell(stats: Stats, column: (typeof columns)[number]): string {
  const text = ms(stats[column])
  const isThin =
    stats.count > 0 && stats.count < samplesNeeded(percentOf[column]) && column !== 'max'
  return isThin && percentOf[column] >= 95 ? `~${text}` : text
}

function ms(value: number | null): string {
  if (value === null) return '–'
  return value < 100 ? value.toFixed(2) : value < 10_000 ? value.toFixed(1) : value.toFixed(0)
}

function outcomeLines({ counts, examples }: Summary, { dim, red }: Paint): string[] {
  return outcomes
    .filter(name => name !== 'ok' && name !== 'open' && counts.byOutcome[name] > 0)
    .map((name: Outcome) => {
      const example = examples[name]
      return `          ${red(`${counts.byOutcome[name]} ${name}`)}${example ? dim(`  ${example}`) : ''}`
    })
}

function verdictLine(verdict: Verdict, { green, red, yellow, dim }: Paint): string {
  const mark = { passed: green('✓'), missed: red('✗'), inconclusive: yellow('?') }[verdict.outcome]
  const found = verdict.observed === null ? verdict.reason : observedText(verdict)
  return `${mark} ${verdict.text}  ${dim(`was ${found}, ${verdict.samples} samples`)}`
}

/** The value found, in the unit of its limit. */
export function observedText({ metric, of, observed }: Verdict): string {
  if (observed === null) return 'no data'
  if (of === 'count') return String(observed)
  switch (rateUnit(metric)) {
    case 'share':
      return `${(observed * 100).toFixed(2)} %`
    case '/s':
      return `${observed.toFixed(1)}/s`
    case 'number':
      return observed.toFixed(2)
    default:
      return formatDuration(observed)
  }
}

function formatLag(lagMs: number | null): string {
  return lagMs === null ? '–' : formatDuration(lagMs)
}

function section(title: string, lines: readonly string[], { bold }: Paint): string[] {
  return lines.length > 0 ? ['', bold(title), ...lines.map(line => `  ${line}`)] : []
}
