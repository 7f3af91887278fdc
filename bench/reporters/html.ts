/** The result as one HTML page: self-contained, without scripts, for light, dark, paper and screen readers. */
import { formatDuration } from '../../base/duration.ts'
import { times } from '../measure.ts'
import { samplesNeeded } from '../percentile.ts'
import { outcomes } from '../sample.ts'
import type { Summary } from '../summary.ts'
import type { Stats } from '../tally.ts'
import { figures } from './figures.ts'
import { duration, html, ms, number, table } from './markup.ts'
import { shownTimes } from './shown-times.ts'
import { reportStyle } from './style.ts'
import { observedText } from './table.ts'

export function formatHtml(summary: Summary): string {
  const { run, target } = summary
  const name = run.label ?? `${target.model} at ${new URL(target.url).host}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(name)} – tokadence bench</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<p class="brand">tokadence bench</p>
<h1>${html(name)}</h1>
<p class="lead">${html(leadOf(summary))}</p>
</header>
<main>
${[verdictOf(summary), tiles(summary), balance(summary), warnings(summary), figures(summary), timesSection(summary), thresholds(summary), meaning(summary), setting(summary)].join('\n')}
</main>
<footer><p>Made by tokadence ${html(summary.tool.version)}, run ${html(run.id)}. The same numbers are in the JSON that <code>--json</code> writes.</p></footer>
</body>
</html>
`
}

function leadOf({ run, target, load }: Summary): string {
  const when = `${run.startedAt.slice(0, 16).replace('T', ' ')} UTC`
  const size = `${formatDuration(run.seconds * 1000)} measured after ${formatDuration(load.warmupMs)} of warm-up`
  return `${target.url} · ${target.model} · ${load.connections} connections, closed loop · ${size} · ${when}`
}

function verdictOf({ thresholds, counts, run }: Summary): string {
  const missed = thresholds.filter(({ ok }) => !ok).length
  const [kind, text] = run.interrupted
    ? ['bad', 'The run was interrupted: these are the numbers up to then.']
    : missed > 0
      ? ['bad', `${missed} of ${thresholds.length} thresholds missed.`]
      : counts.ok === 0
        ? ['bad', 'No request ended ok.']
        : thresholds.length > 0
          ? ['good', `All ${thresholds.length} thresholds met.`]
          : ['', '']
  return text ? `<p class="verdict ${kind}" role="status">${html(text)}</p>` : ''
}

function tiles({ ttftMs, itlMs, e2eMs, throughput, counts }: Summary): string {
  const errors = counts.failed + counts.cut
  const all: readonly [string, string, string][] = [
    [
      'Time to first token',
      duration(ttftMs.p50),
      `p95 ${duration(ttftMs.p95)} · p99 ${duration(ttftMs.p99)}`,
    ],
    [
      'Gap between tokens',
      duration(itlMs.p50),
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
    `<div class="tile"><dt>${html(title)}</dt><dd><strong>${html(value)}</strong><span>${html(note)}</span></dd></div>`
  return `<section aria-labelledby="glance"><h2 id="glance">At a glance <small>medians</small></h2><dl class="tiles">${all.map(one).join('')}</dl></section>`
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
<p class="sum"><b>${number(counts.sent)} sent</b> = ${words.join(' + ')}</p>
<div class="bar" aria-hidden="true">${shares.join('')}</div>
${rows.length > 0 ? table('How requests ended that did not end ok', ['outcome', 'requests', 'in whose words'], rows) : ''}
</section>`
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

function setting({ environment, load, generator, tokens, tool }: Summary): string {
  const lag = generator.eventLoopLagMs
  const rows = [
    ['tokadence', tool.version],
    ['Node', environment.node],
    ['system', environment.system],
    ['processor', `${environment.cpu}, ${environment.cores} for this process`],
    ['memory', `${environment.memoryGiB} GiB`],
    [
      'driver',
      `${load.driver}, ${load.connectionsOpened} connections opened for ${load.connections}`,
    ],
    [
      'prompts',
      `${load.prompts === 'synthetic' ? 'synthetic, all different' : `${load.prompts} given`}, seed ${load.seed}`,
    ],
    ['most output tokens', load.maxTokens === null ? 'not set' : number(load.maxTokens)],
    ['time-out', `${formatDuration(load.timeoutMs)} without a byte`],
    ['ramp', `first requests spread over ${formatDuration(load.rampMs)} of the warm-up`],
    [
      'tokens',
      `${number(tokens.input)} in, ${number(tokens.output)} out, counted by ${tokens.source ?? 'nobody'}`,
    ],
    [
      'generator',
      `event loop ${duration(lag.p99)} late at p99, ${duration(lag.max)} at most; ${Math.round(generator.cpuRatio * 100)} % of a core`,
    ],
  ]
  return `<section aria-labelledby="setting"><h2 id="setting">Setting</h2>${table('How and where it was run', ['what', 'value'], rows)}</section>`
}
