/** How far a batch of summaries is: one live line on a terminal, else a line a document. */
import { styleText } from 'node:util'
import { addSpent, nothingSpent } from '../client/spent.ts'
import type { Progress } from '../client/summarise.ts'
import { costWords, retryLine } from './call-lines.ts'

export interface SummaryProgress {
  note(progress: Progress): void
  /** Runs `write` with the live line out of the way. */
  aside(write: () => void): void
  clear(): void
}

export function createSummaryProgress(stderr: NodeJS.WriteStream, total: number): SummaryProgress {
  let inFlight = 0
  let settled = 0
  let rateLimited = 0
  let spent = nothingSpent
  const isLive = stderr.isTTY === true
  const dim = (line: string) => styleText('dim', line, { stream: stderr })

  function draw(): void {
    if (!isLive) return
    const parts = [
      `${settled} of ${total} documents`,
      `${inFlight} at work`,
      costWords(spent.nanoDollars),
      `${rateLimited} × 429`,
    ]
    stderr.write(`\r\x1b[2K${dim(parts.join(' · '))}`)
  }

  function clear(): void {
    if (isLive) stderr.write('\r\x1b[2K')
  }

  return {
    note(progress) {
      switch (progress.what) {
        case 'begun':
          inFlight++
          break
        case 'retry':
          if (progress.retry.failure.kind === 'rate-limited') rateLimited++
          if (!isLive) stderr.write(`${progress.name}: ${retryLine(progress.retry)}\n`)
          break
        case 'settled':
          inFlight--
          settled++
          spent = addSpent(spent, progress.spent)
          if (!isLive) stderr.write(`${settled} of ${total}: ${progress.name}\n`)
      }
      draw()
    },
    aside(write) {
      clear()
      write()
      draw()
    },
    clear,
  }
}
