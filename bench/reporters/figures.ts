/** The report's plots, each with the table of its numbers. */
import type { Summary } from '../summary.ts'
import type { Bins, Stats } from '../tally.ts'
import type { Slot } from '../timeline.ts'
import { ms, number, table } from './markup.ts'
import { area, bar, dots, line, mark, plot, roundStep, xScale, yScale, ySpan } from './plot.ts'

export function figures(summary: Summary): string {
  if (summary.ttftMs.count === 0) return ''
  const slots = widen(summary.timeline)
  const all = [
    ttftOverTime(summary, slots),
    distribution('ttft', 'TTFT: how it is spread', summary.histograms.ttftMs, summary.ttftMs),
    distribution('itl', 'ITL: gaps between tokens', summary.histograms.itlMs, summary.itlMs),
    tokensOverTime(slots),
    distribution('e2e', 'E2E: whole replies', summary.histograms.e2eMs, summary.e2eMs),
    requestsOverTime(slots),
  ]
  return `<section aria-labelledby="plots"><h2 id="plots">Plots</h2><div class="plots">${all.join('')}</div></section>`
}

function figure(title: string, picture: string, numbers: string): string {
  return `<figure><figcaption>${title}</figcaption>${picture}<details><summary>Numbers</summary>${numbers}</details></figure>`
}

function ttftOverTime({ dots: requests, ttftMs, run }: Summary, slots: readonly Slot[]): string {
  const x = xScale(0, run.seconds)
  const y = ySpan(ttftMs.min ?? 0, ttftMs.max ?? 1)
  const medians = slots.flatMap(({ atSeconds, seconds, ttftP50Ms }) =>
    ttftP50Ms === null ? [] : [[x.at(atSeconds + seconds / 2), y.at(ttftP50Ms)] as const],
  )
  const words = {
    id: 'ttft-time',
    description: `TTFT of each request over the run: median ${ms(ttftMs.p50)} ms, 95th percentile ${ms(ttftMs.p95)} ms, longest ${ms(ttftMs.max)} ms.`,
    xLabel: 'seconds into the run',
    yLabel: 'ms',
  }
  const points = requests.map(([atSeconds, ttft]) => [x.at(atSeconds), y.at(ttft)] as const)
  const rows = slots.map(slot => [seconds(slot.atSeconds), ms(slot.ttftP50Ms), ms(slot.ttftP95Ms)])
  return figure(
    'TTFT over the run <small>each dot a request, the line their median</small>',
    plot(words, x, y, dots(points, 'dots') + line(medians, 'median')),
    table('TTFT by time, ms', ['from', 'p50', 'p95'], rows, true),
  )
}

const minSlots = 12

/** Bars over where nearly all values lie; how many lie above is said, the few below join the first. */
function distribution(id: string, title: string, bins: Bins, stats: Stats): string {
  const rows = (['min', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const).map(name => [
    name === 'p999' ? 'p99.9' : name,
    ms(stats[name]),
  ])
  const numbers = table(`${number(stats.count)} samples, ms`, ['percentile', 'ms'], rows, true)
  const { p99, max, min } = stats
  if (p99 === null || max === null || min === null) {
    return figure(title, '<p class="none">No reply came to its end.</p>', numbers)
  }
  const p1 = quantile(bins, stats.count, 0.01)
  const margin = (p99 - p1) * 0.3
  const [low, high] = [Math.max(min, p1 - margin), Math.min(max, p99 + margin)]
  // Not finer than the histogram tells values apart.
  const step = roundStep(Math.max((high - low) / 36, high * 0.001, 0.005))
  // Values that are all alike are one bar with air around it.
  const air = Math.max(0, minSlots * step - (high - low)) / 2
  const from = Math.max(0, Math.floor((low - air) / step) * step)
  const slots = Math.max(1, Math.ceil((high + air - from) / step + 1e-9))
  const counts = new Array<number>(slots + 1).fill(0)
  for (const [value, count] of bins) {
    counts[Math.max(0, Math.min(slots, Math.floor((value - from) / step + 1e-9)))]! += count
  }
  const beyond = counts.pop() ?? 0
  const x = xScale(from, from + slots * step)
  const y = yScale((Math.max(...counts) / stats.count) * 100)
  const bars = counts.map((count, i) => {
    const [low, top] = [from + i * step, from + (i + 1) * step]
    const share = (count / stats.count) * 100
    const words = `${Number(low.toFixed(3))} to ${Number(top.toFixed(3))} ms: ${share.toFixed(2)} %, ${count} samples`
    return count > 0 ? bar(x.at(low), x.at(top), y.at(0), y.at(share), 'bar-a', words) : ''
  })
  const marks = (
    [
      ['p50', stats.p50],
      ['p95', stats.p95],
      ['p99', p99],
    ] as const
  ).map(([name, value], row) => {
    const at = x.at(value ?? 0)
    return mark(at, `${name} ${ms(value)}`, row, at > 465)
  })
  const tail = beyond > 0 ? `, ${number(beyond)} beyond, up to ${ms(max)} ms` : ''
  const words = {
    id: `${id}-spread`,
    description: `${title}, ${stats.count} samples: median ${ms(stats.p50)} ms, 95th percentile ${ms(stats.p95)} ms, 99th ${ms(p99)} ms, longest ${ms(max)} ms.`,
    xLabel: `ms${tail}`,
    yLabel: '% of samples',
  }
  return figure(title, plot(words, x, y, bars.join('') + marks.join('')), numbers)
}

/** The value that `share` of the `count` values lie at or below. */
function quantile(bins: Bins, count: number, share: number): number {
  let seen = 0
  for (const [value, times] of bins) {
    seen += times
    if (seen >= count * share) return value
  }
  return bins.at(-1)?.[0] ?? 0
}

function tokensOverTime(slots: readonly Slot[]): string {
  const rates = slots.map(slot => ({ ...slot, rate: slot.tokens / slot.seconds }))
  const highest = Math.max(...rates.map(({ rate }) => rate))
  const x = xScale(0, endOf(slots))
  const y = yScale(highest)
  const steps = rates.flatMap(({ atSeconds, seconds, rate }) => [
    [x.at(atSeconds), y.at(rate)] as const,
    [x.at(atSeconds + seconds), y.at(rate)] as const,
  ])
  const words = {
    id: 'tokens-time',
    description: `Output tokens a second over the run, ${Math.round(highest)} at most.`,
    xLabel: 'seconds into the run',
    yLabel: 'tokens/s',
  }
  return figure(
    'Throughput: output tokens a second',
    plot(words, x, y, area(steps, 'area') + line(steps, 'edge')),
    table(
      'Output tokens by time',
      ['from', 'tokens/s'],
      rates.map(({ atSeconds, rate }) => [seconds(atSeconds), number(rate)]),
      true,
    ),
  )
}

function requestsOverTime(slots: readonly Slot[]): string {
  const x = xScale(0, endOf(slots))
  const y = yScale(Math.max(...slots.map(({ ok, errors, seconds }) => (ok + errors) / seconds)))
  const bars = slots.map(({ atSeconds, seconds, ok, errors }) => {
    const [x0, x1] = [x.at(atSeconds), x.at(atSeconds + seconds)]
    const [okRate, errorRate] = [ok / seconds, errors / seconds]
    const failed =
      errors > 0
        ? bar(
            x0,
            x1,
            y.at(okRate),
            y.at(okRate + errorRate),
            'bar-bad',
            `${number(errorRate)} failed or cut a second`,
          )
        : ''
    return bar(x0, x1, y.at(0), y.at(okRate), 'bar-b', `${number(okRate)} ok a second`) + failed
  })
  const words = {
    id: 'requests-time',
    description: 'Requests that ended a second over the run, ok ones and failed or cut ones.',
    xLabel: 'seconds into the run',
    yLabel: 'requests/s',
  }
  const rows = slots.map(({ atSeconds, ok, errors }) => [
    seconds(atSeconds),
    number(ok),
    number(errors),
  ])
  return figure(
    'Throughput: requests ended a second <small>red: failed or cut</small>',
    plot(words, x, y, bars.join('')),
    table('Requests ended by time', ['from', 'ok', 'failed or cut'], rows, true),
  )
}

const maxShownSlots = 60

/** Neighbouring slots together, so that at most 60 are shown, and no scrap of one at the end. */
function widen(slots: readonly Slot[]): readonly Slot[] {
  const full = slots[0]?.seconds ?? 0
  const whole = slots.filter(({ seconds }, i) => i === 0 || seconds > full * 0.5)
  const factor = Math.max(1, Math.ceil(whole.length / maxShownSlots))
  const wide: Slot[] = []
  for (let i = 0; i < whole.length; i += factor) {
    const group = whole.slice(i, i + factor)
    const total = (of: (slot: Slot) => number) => group.reduce((sum, slot) => sum + of(slot), 0)
    const middle = group.find(({ ttftP50Ms }) => ttftP50Ms !== null) ?? group[0]!
    wide.push({
      ...middle,
      atSeconds: group[0]!.atSeconds,
      seconds: total(slot => slot.seconds),
      tokens: total(slot => slot.tokens),
      ok: total(slot => slot.ok),
      errors: total(slot => slot.errors),
    })
  }
  return wide
}

function endOf(slots: readonly Slot[]): number {
  const last = slots.at(-1)
  return last ? last.atSeconds + last.seconds : 1
}

function seconds(value: number): string {
  return `${Number(value.toFixed(2))} s`
}
