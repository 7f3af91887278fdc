/** The run while it lasts: a panel that redraws itself on a terminal, single lines elsewhere. */
import { formatDuration } from '../../base/duration.ts'
import type { Progress, Quick } from '../progress.ts'
import { type Paint, plain } from './paint.ts'

/** What stays the same while a run is watched. */
export interface LiveTitle {
  readonly url: string
  readonly model: string
  /** The most that are in flight at a time. */
  readonly limit: number
  /** Whether requests are sent when they are due, whatever the answers. */
  readonly isOpen: boolean
}

export interface LiveView {
  show(progress: Progress): void
  /** Takes the panel away. */
  close(): void
}

/** A panel for a terminal; each `show` draws over the last. */
export function createPanel(
  write: (text: string) => void,
  title: LiveTitle,
  paint: Paint,
): LiveView {
  let height = 0
  const clear = () => (height > 0 ? `\u001b[${height}A\u001b[0J` : '')
  return {
    show(progress) {
      const lines = panelLines(progress, title, paint)
      write(`${clear()}${lines.join('\n')}\n`)
      height = lines.length
    },
    close() {
      write(clear())
      height = 0
    },
  }
}

/** One line each time, for logs. */
export function createLines(write: (text: string) => void): LiveView {
  return { show: progress => write(`${progressLine(progress)}\n`), close: () => {} }
}

const barWidth = 28

export function panelLines(progress: Progress, title: LiveTitle, paint: Paint = plain): string[] {
  const { bold, dim, cyan, red } = paint
  const { phase, share, elapsedMs, leftMs, sent, ok, failed, cut, inFlight } = progress
  const filled = Math.round(share * barWidth)
  const bar = cyan('━'.repeat(filled)) + dim('━'.repeat(barWidth - filled))
  const errors = failed + cut
  const row = (name: string, quick: Quick) =>
    `${bold(name)}  p50 ${shown(quick.p50)}  p95 ${shown(quick.p95)}  p99 ${shown(quick.p99)}`
  return [
    `${bold('bench')}  ${title.url}  ${title.model}  ${dim(title.isOpen ? 'open loop' : 'closed loop')}`,
    `${phaseName[phase].padEnd(8)} ${bar} ${Math.round(share * 100)} %  ${dim(`${rough(elapsedMs)}${leftMs === undefined ? '' : `, ${rough(leftMs)} left`}`)}`,
    `${bold('sent')}  ${sent}  ok ${ok}  ${errors > 0 ? red(`failed ${failed}  cut ${cut}`) : 'failed 0  cut 0'}${besides(progress, paint)}`,
    `${bold('busy')}  ${gauge(inFlight, title.limit, paint)} ${inFlight} of ${title.limit} in flight`,
    row('TTFT', progress.ttftMs),
    row('ITL ', progress.itlMs),
    `${bold('rate')}  ${title.isOpen ? `${progress.duePerSecond.toFixed(1)} due/s  ` : ''}${progress.requestsPerSecond.toFixed(1)} requests/s  ${progress.outputTokensPerSecond.toFixed(0)} tokens/s  ${cyan(sparkline(progress.recentTokens))}`,
  ]
}

/** What the sum of the outcomes does not show. */
function besides({ dropped, throttled }: Progress, { yellow }: Paint): string {
  const words = [
    ...(dropped > 0 ? [`dropped ${dropped}`] : []),
    ...(throttled > 0 ? [`throttled ${throttled}`] : []),
  ]
  return words.length > 0 ? `  ${yellow(words.join('  '))}` : ''
}

const gaugeWidth = 14

function gauge(value: number, limit: number, { cyan, dim }: Paint): string {
  const filled = Math.round(Math.min(1, value / Math.max(1, limit)) * gaugeWidth)
  return cyan('▪'.repeat(filled)) + dim('·'.repeat(gaugeWidth - filled))
}

/** To the second, or a tenth of it. */
function rough(ms: number): string {
  const step = ms < 10_000 ? 100 : 1000
  return formatDuration(Math.round(ms / step) * step)
}

const phaseName = { warmup: 'warm-up', steady: 'measure', done: 'done' } as const

export function progressLine(progress: Progress): string {
  const { phase, elapsedMs, share, sent, ok, failed, cut, inFlight, ttftMs, itlMs } = progress
  return [
    `${phaseName[phase]} ${formatDuration(Math.round(elapsedMs / 100) * 100)} (${Math.round(share * 100)} %)`,
    `sent ${sent} ok ${ok} failed ${failed} cut ${cut} in flight ${inFlight}${progress.dropped > 0 ? ` dropped ${progress.dropped}` : ''}`,
    `TTFT p50 ${shown(ttftMs.p50)} p95 ${shown(ttftMs.p95)}`,
    `ITL p50 ${shown(itlMs.p50)} p95 ${shown(itlMs.p95)}`,
    `${progress.requestsPerSecond.toFixed(1)} requests/s ${progress.outputTokensPerSecond.toFixed(0)} tokens/s`,
  ].join(' | ')
}

function shown(ms: number | undefined): string {
  return (ms === undefined ? '–' : formatDuration(ms)).padEnd(8)
}

const bars = '▁▂▃▄▅▆▇█'

/** Values as bars, the highest full. */
export function sparkline(values: readonly number[]): string {
  const highest = Math.max(...values, 1e-9)
  return values.map(value => bars[Math.min(7, Math.floor((value / highest) * 8))]).join('')
}
