/** The result as one HTML page: self-contained, without scripts, for light, dark, paper and screen readers. */
import { formatDuration } from '../../base/duration.ts'
import { loadWords } from '../load/facts.ts'
import { times } from '../measure.ts'
import { samplesNeeded } from '../percentile.ts'
import { outcomes } from '../sample.ts'
import type { Summary } from '../summary.ts'
import type { Stats } from '../tally.ts'
import { otherSection } from './compat/section.ts'
import type { OtherView } from './compat/tool.ts'
import { figures } from './figures.ts'
import { duration, html, ms, number, table } from './markup.ts'
import { formatPage } from './page.ts'
import { setting } from './setting.ts'
import { shownTimes } from './shown-times.ts'
import { observedText } from './table.ts'
import { trustLines } from './trust.ts'

export function formatHtml(summary: Summary, other?: OtherView): string {
  const { run, target } = summary
  const name = run.label ?? `${target.model} at ${new URL(target.url).host}`
  return formatPage({
    title: name,
    brand: 'tokadence bench',
    heading: name,
    lead: leadOf(summary),
    main: [
      verdictOf(summary),
      warnings(summary),
      tiles(summary),
      balance(summary),
      figures(summary),
      timesSection(summary),
      thresholds(summary),
      otherSection(other),
      meaning(summary),
      setting(summary),
    ].join('\n'),
    footer: `Made by tokadence ${html(summary.tool.version)}, run ${html(run.id)}. The same numbers are in the JSON that <code>--json</code> writes.`,
  })
}

function leadOf({ run, target, load }: Summary): string {
  const when = `${run.startedAt.slice(0, 16).replace('T', ' ')} UTC`
  const size = `${formatDuration(run.seconds * 1000)} measured after ${formatDuration(load.warmupMs)} of warm-up`
  return `${target.url} · ${target.model} · ${loadWords(load)} · ${size} · ${when}`
}

function verdictOf({ thresholds, counts, run, truth }: Summary): string {
  const invalid = truth.invalid.join(' ')
  const missed = thresholds.filter(({ ok }) => !ok).length
  const [kind, text] = run.interrupted
    ? ['bad', 'The run was interrupted: these are the numbers up to then.']
    : invalid !== ''
      ? ['bad', `The run is invalid. ${invalid}`]
      : missed > 0
        ? ['bad', `${missed} of ${thresholds.length} thresholds missed.`]
        : counts.ok === 0
          ? ['bad', 'No request ended ok.']
          : thresholds.length > 0
            ? ['good', `All ${thresholds.length} thresholds met.`]
            : ['', '']
  return text ? `<p class="verdict ${kind}" role="status">${html(text)}</p>` : ''
}

function tiles(summary: Summary): string {
  const { ttftMs, itlMs, e2eMs, throughput, counts } = summary
  const errors = counts.failed + counts.cut
  const { plusMinus } = summary.truth
  const all: readonly [string, string, string][] = [
    [
      'Time to first token',
      `${duration(ttftMs.p50)}${within(plusMinus.ttftMs)}`,
      `p95 ${duration(ttftMs.p95)} · p99 ${duration(ttftMs.p99)}`,
    ],
    [
      'Gap between tokens',
      `${duration(itlMs.p50)}${within(plusMinus.itlMs)}`,
      `p95 ${duration(itlMs.p95)} · p99 ${duration(itlMs.p99)}`,
    ],
    ['Whole reply', duration(e2eMs.p50), `p95 ${duration(e2eMs.p95)} · p99 ${duration(e2eMs.p99)}`],
    [
      'Output tokens',
      `${number(throughput.outputTokensPerSecond)}/s`,
      `${number(throughput.requestsPerSecond)} requests/s`,
    ],
    [
      'Requests ok',
      number(counts.ok),
      `${number(errors)} failed or cut · ${number(counts.open)} open`,
    ],
  ]
  const one = ([title, value, note]: readonly [string, string, string]) =>
    `<div class="tile"><dt>${html(title)}</dt><dd><strong>${html(value).replace(/ ± .*/, '<small>$&</small>')}</strong><span>${html(note)}</span></dd></div>`
  const trust = trustLines(summary)
    .map(text => `<p class="note">${html(text)}</p>`)
    .join('')
  return `<section aria-labelledby="glance"><h2 id="glance">At a glance <small>medians</small></h2><dl class="tiles">${all.map(one).join('')}</dl>${trust}</section>`
}

/** The half width of a median's range; nothing where it is not known. */
function within({ p50 }: Summary['truth']['plusMinus']['ttftMs']): string {
  return p50 === null ? '' : ` ± ${p50 < 10 ? p50.toFixed(1) : p50.toFixed(0)}`
}

function balance({ counts, examples }: Summary): string {
  const parts = (['ok', 'failed', 'cut', 'open'] as const).map(name => ({
    name,
    count: counts[name],
  }))
  const shares = parts
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `<span class="${name}" style="flex-grow:${count}"></span>`)
  const words = parts.map(
    ({ name, count }) => `<span class="key ${name}">${number(count)} ${name}</span>`,
  )
  const rows = outcomes
    .filter(name => name !== 'ok' && counts.byOutcome[name] > 0)
    .map(name => [name, number(counts.byOutcome[name]), examples[name] ?? openWords[name] ?? ''])
  return `<section aria-labelledby="requests"><h2 id="requests">Requests</h2>
<p class="sum"><b>${number(counts.sent)} sent</b> = ${words.join(' + ')}${besides(counts)}</p>
<div class="bar" aria-hidden="true">${shares.join('')}</div>
${rows.length > 0 ? table('How requests ended that did not end ok', ['outcome', 'requests', 'in whose words'], rows) : ''}
</section>`
}

/** What is in no sum: requests that were never sent, tries beyond the first. */
function besides({ dropped, attempts, sent, throttled, good }: Summary['counts']): string {
  const words = [
    ...(dropped > 0 ? [`${number(dropped)} dropped`] : []),
    ...(attempts > sent ? [`${number(attempts)} tries`] : []),
    ...(throttled > 0 ? [`${number(throttled)} throttled`] : []),
    ...(good === null ? [] : [`${number(good)} good`]),
  ]
  return words.length > 0 ? ` <small>${words.join(', ')}</small>` : ''
}

const openWords: Readonly<Record<string, string>> = { open: 'still streaming when the run ended' }

function warnings({ warnings }: Summary): string {
  if (warnings.length === 0) return ''
  const items = warnings.map(text => `<li>${html(text)}</li>`).join('')
  return `<section class="mind" aria-labelledby="mind"><h2 id="mind">Mind</h2><ul>${items}</ul></section>`
}

const shownPercentiles = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999'] as const

function timesSection(summary: Summary): string {
  const rows = shownTimes(summary).map(name => {
    const stats = summary[`${name}Ms`]
    return [
      times[name].title,
      number(stats.count),
      ms(stats.mean),
      ...shownPercentiles.map(column => percentileCell(stats, column)),
      ms(stats.max),
    ]
  })
  const head = ['ms', 'samples', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p99.9', 'max']
  return `<section aria-labelledby="times"><h2 id="times">Times</h2>
${table('Times in milliseconds', head, rows, true)}
<p class="note">~ fewer samples than the percentile needs: p95 needs ${samplesNeeded(95)}, p99 ${samplesNeeded(99)}, p99.9 ${number(samplesNeeded(99.9))}.</p></section>`
}

function percentileCell(stats: Stats, column: (typeof shownPercentiles)[number]): string {
  const p = column === 'p999' ? 99.9 : Number(column.slice(1))
  const isThin = p >= 95 && stats.count > 0 && stats.count < samplesNeeded(p)
  return `${isThin ? '~' : ''}${ms(stats[column])}`
}

function thresholds({ thresholds }: Summary): string {
  if (thresholds.length === 0) return ''
  const rows = thresholds.map(verdict => [
    verdict.ok ? '✓ met' : '✗ missed',
    verdict.text,
    observedText(verdict),
    number(verdict.samples),
    verdict.samplesNeeded === null ? '–' : number(verdict.samplesNeeded),
  ])
  return `<section aria-labelledby="thresholds"><h2 id="thresholds">Thresholds</h2>
${table('Thresholds', ['verdict', 'threshold', 'measured', 'samples', 'needed'], rows)}</section>`
}

function meaning({ definitions }: Summary): string {
  const all = Object.entries(definitions)
  const items = all
    .map(([term, text]) => `<dt>${html(spaced(term))}</dt><dd>${html(text)}</dd>`)
    .join('')
  return `<section aria-labelledby="meaning"><h2 id="meaning">What the words mean here</h2><dl class="terms">${items}</dl></section>`
}

/** A key as it is said: `closedLoop` is “closed loop”, TTFT stays. */
function spaced(key: string): string {
  return key.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}
