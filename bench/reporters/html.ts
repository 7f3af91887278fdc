/** The result as one HTML page: self-contained, without scripts, for light, dark, paper and screen readers. */
import { formatDuration } from '../../base/duration.ts'
import { loadWords } from '../load/facts.ts'
import { outcomes } from '../sample.ts'
import type { Summary } from '../summary.ts'
import { comparisonFigures, comparisonSection, comparisonStyle } from './comparison-section.ts'
import { otherSection } from './compat/section.ts'
import type { OtherView } from './compat/tool.ts'
import { attemptWords, sessionWords } from './count-words.ts'
import { figures } from './figures.ts'
import { duration, html, number, table } from './markup.ts'
import { mind } from './mind.ts'
import { formatPage } from './page.ts'
import { scenarioSection } from './scenario-section.ts'
import { setting } from './setting.ts'
import { shownTimes } from './shown-times.ts'
import { observedText } from './table.ts'
import { thinNote, timeRowsOf, timesTable } from './times-table.ts'
import { trustLines } from './trust.ts'

export function formatHtml(summary: Summary, other?: OtherView): string {
  const { run, target } = summary
  const name = run.label ?? `${target.model} at ${new URL(target.url).host}`
  return formatPage({
    title: name,
    brand: 'tokadence bench',
    heading: name,
    lead: leadOf(summary),
    ...(summary.against && { style: comparisonStyle }),
    main: [
      verdictOf(summary),
      mind(summary.warnings),
      against(summary),
      tiles(summary),
      balance(summary),
      figures(summary),
      timesSection(summary),
      scenarioSection(summary),
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

/** How it compares with the base that had the other turns. */
function against(head: Summary): string {
  if (!head.against) return ''
  const { comparison, base, url } = head.against
  const names = { base: url, head: head.target.url }
  return comparisonSection(comparison, names) + comparisonFigures({ comparison, base, head })
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

function balance(summary: Summary): string {
  const { counts, examples } = summary
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
${countNote('Attempts', attemptWords(summary))}${countNote('Sessions', sessionWords(summary))}
${rows.length > 0 ? table('How requests ended that did not end ok', ['outcome', 'requests', 'in whose words'], rows) : ''}
</section>`
}

function countNote(name: string, words: string | undefined): string {
  return words === undefined ? '' : `<p class="note">${name}: ${html(words)}</p>`
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

function timesSection(summary: Summary): string {
  return `<section aria-labelledby="times"><h2 id="times">Times</h2>
${timesTable('Times in milliseconds', timeRowsOf(summary, shownTimes(summary)))}
${thinNote}</section>`
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
