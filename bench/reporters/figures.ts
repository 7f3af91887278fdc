/** The report's plots, each with the table of its numbers. */
import type { Summary } from '../summary.ts'
import type { Slot } from '../timeline.ts'
import { cumulativeFigure } from './cumulative-figure.ts'
import { atSeconds, figure } from './figure.ts'
import { heatFigure } from './heat-figure.ts'
import { ms, number, table } from './markup.ts'
import { area, bar, dots, line, plot, xScale, yScale, ySpan } from './plot.ts'
import { spreadFigure } from './spread-figure.ts'
import { waterfallFigure } from './waterfall-figure.ts'
import { endOf, widen } from './wide-slots.ts'

/** More requests than this are a cloud: they are shown as a heat map. */
const maxDots = 1500

export function figures(summary: Summary): string {
  const { ttftMs, itlMs, histograms, dots: shown } = summary
  if (ttftMs.count === 0) return ''
  const slots = widen(summary.timeline)
  const all = [
    ttftMs.count > maxDots || shown.length === 0
      ? heatFigure('ttft', 'TTFT over the run', summary, slots)
      : ttftOverTime(summary, slots),
    cumulativeFigure(summary),
    ...(itlMs.count > 0
      ? [
          heatFigure('itl', 'Gaps between tokens over the run', summary, slots),
          spreadFigure('itl', 'ITL: gaps between tokens', histograms.itlMs, itlMs),
        ]
      : []),
    tokensOverTime(slots),
    requestsOverTime(summary, slots),
  ]
  return `<section aria-labelledby="plots"><h2 id="plots">Plots</h2><div class="plots">${all.join('')}</div></section>
<section aria-labelledby="single"><h2 id="single">Single requests</h2>${waterfallFigure(summary)}</section>`
}

function ttftOverTime({ dots: requests, ttftMs }: Summary, slots: readonly Slot[]): string {
  const lastSeconds = Math.max(...requests.map(([atSeconds]) => atSeconds))
  const x = xScale(0, Math.max(endOf(slots), lastSeconds))
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
  const rows = slots.map(slot => [
    atSeconds(slot.atSeconds),
    ms(slot.ttftP50Ms),
    ms(slot.ttftP95Ms),
  ])
  return figure(
    'TTFT over the run <small>each dot a request, the line their median</small>',
    plot(words, x, y, dots(points, 'dots') + line(medians, 'median')),
    table('TTFT by time, ms', ['from', 'p50', 'p95'], rows, true),
  )
}

function tokensOverTime(slots: readonly Slot[]): string {
  const rates = slots.map(slot => ({ ...slot, rate: slot.tokens / slot.seconds }))
  const highest = Math.max(...rates.map(({ rate }) => rate))
  const x = xScale(0, endOf(slots))
  const y = yScale(highest)
  const steps = stepsOf(rates, x.at, ({ rate }) => y.at(rate))
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
      rates.map(slot => [atSeconds(slot.atSeconds), number(slot.rate)]),
      true,
    ),
  )
}

/** In an open loop with the rate that was asked for, and with what was dropped. */
function requestsOverTime({ load }: Summary, slots: readonly Slot[]): string {
  const isOpen = load.loop === 'open'
  const x = xScale(0, endOf(slots))
  const y = yScale(
    Math.max(
      ...slots.map(
        ({ ok, errors, due, seconds }) => Math.max(ok + errors, isOpen ? due : 0) / seconds,
      ),
    ),
  )
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
  const target = isOpen
    ? line(
        stepsOf(slots, x.at, ({ due, seconds }) => y.at(due / seconds)),
        'median',
      )
    : ''
  const words = {
    id: 'requests-time',
    description: `Requests that ended a second over the run, ok ones and failed or cut ones${isOpen ? ', and those that were due' : ''}.`,
    xLabel: 'seconds into the run',
    yLabel: 'requests/s',
  }
  const rows = slots.map(({ atSeconds: from, ok, errors, due, dropped }) => [
    atSeconds(from),
    ...(isOpen ? [number(due), number(dropped)] : []),
    number(ok),
    number(errors),
  ])
  const head = ['from', ...(isOpen ? ['due', 'dropped'] : []), 'ok', 'failed or cut']
  return figure(
    isOpen
      ? 'Throughput against target <small>line: due; green: ended ok; red: failed or cut</small>'
      : 'Throughput: requests ended a second <small>red: failed or cut</small>',
    plot(words, x, y, bars.join('') + target),
    table('Requests ended by time', head, rows, true),
  )
}

/** A level for each slot, as the corners of a line. */
function stepsOf<S extends Slot>(
  slots: readonly S[],
  x: (seconds: number) => number,
  y: (slot: S) => number,
): readonly (readonly [number, number])[] {
  return slots.flatMap(slot => [
    [x(slot.atSeconds), y(slot)] as const,
    [x(slot.atSeconds + slot.seconds), y(slot)] as const,
  ])
}
