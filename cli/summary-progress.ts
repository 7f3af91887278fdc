/** How far a batch of summaries is: one live line on a terminal, else a line a document. */
import { styleText } from 'node:util'
import { formatDuration } from '../base/duration.ts'
import type { Client } from '../client/index.ts'
import { addSpent, nothingSpent, type Spent } from '../client/spent.ts'
import type { Progress } from '../client/summarise.ts'
import { costWords, retryLine } from './call-lines.ts'

export interface SummaryProgress {
  note(progress: Progress): void
  /** Runs `write` with the live line out of the way. */
  aside(write: () => void): void
  /** Takes the line away for good. */
  end(): void
}

export interface ProgressOptions {
  readonly stderr: NodeJS.WriteStream
  /** Documents in all. */
  readonly total: number
  readonly client: Pick<Client, 'limiter' | 'budget' | 'clock'>
  /** In earlier runs, for what is no part of a document any more. */
  readonly spentBefore?: Spent | undefined
}

/** Ms between two drawings: more would be seen by nobody. */
const REDRAW_MS = 100
const BAR_WIDTH = 20

export function createSummaryProgress(options: ProgressOptions): SummaryProgress {
  const { stderr, total, client, spentBefore = nothingSpent } = options
  const { clock } = client
  const startedAtMs = clock.nowMs()
  let drawnAtMs = Number.NEGATIVE_INFINITY
  let settled = 0
  let resumed = 0
  let failed = 0
  let rateLimited = 0
  let spent = spentBefore
  let isEnded = false
  const isLive = stderr.isTTY === true
  const dim = (line: string) => styleText('dim', line, { stream: stderr })
  // Rate, time left and what is in flight change while nothing is told.
  const timer = isLive ? setInterval(draw, REDRAW_MS * 5) : undefined
  timer?.unref()

  function line(): string {
    const { limiter, budget } = client
    const perSecond = ((settled - resumed) / Math.max(1, clock.nowMs() - startedAtMs)) * 1000
    const left = total - settled
    const limit = budget && ` of ${costWords(budget.limitNanoDollars)}`
    const filled = Math.round((settled / Math.max(1, total)) * BAR_WIDTH)
    return [
      `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${settled} of ${total}`,
      perSecond > 0 && `${perSecond.toPrecision(2)}/s`,
      perSecond > 0 && left > 0 && `${formatDuration(Math.round(left / perSecond) * 1000)} left`,
      `${costWords(spent.nanoDollars)}${limit ?? ''}`,
      `${limiter.inFlight} of ${limiter.limit} in flight`,
      failed > 0 && `${failed} failed`,
      rateLimited > 0 && `${rateLimited} × 429`,
    ]
      .filter(part => part !== false)
      .join(' · ')
  }

  function draw(): void {
    if (!isLive || isEnded) return
    drawnAtMs = clock.nowMs()
    // A line that wraps cannot be taken back.
    const columns = stderr.columns || 80
    stderr.write(`\r\x1b[2K${dim(line().slice(0, columns - 1))}`)
  }

  function clear(): void {
    if (isLive && !isEnded) stderr.write('\r\x1b[2K')
  }

  return {
    note(progress) {
      switch (progress.what) {
        case 'begun':
          break
        case 'retry':
          if (progress.retry.failure.kind === 'rate-limited') rateLimited++
          if (!isLive) stderr.write(`${progress.name}: ${retryLine(progress.retry)}\n`)
          break
        case 'settled':
          settled++
          if (progress.isResumed) resumed++
          if (progress.isFailed) failed++
          spent = addSpent(spent, progress.spent)
          if (!isLive) stderr.write(`${settled} of ${total}: ${progress.name}\n`)
      }
      if (settled === total || clock.nowMs() - drawnAtMs >= REDRAW_MS) draw()
    },
    aside(write) {
      clear()
      write()
      draw()
    },
    end() {
      clear()
      isEnded = true
      clearInterval(timer)
    },
  }
}
