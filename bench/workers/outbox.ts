/**
 * What a worker has to tell, in batches: the first at once, the next when some time has passed or there is much of it.
 * While the main thread is behind with those it has, they wait here, up to a bound.
 */
import type { Clock } from '../../base/clock.ts'
import type { Unsent } from '../drivers/driver.ts'
import { wholeUs } from '../microseconds.ts'
import type { Sample } from '../sample.ts'
import type { Batch } from './messages.ts'

export interface Outbox {
  sent(dueAtMs: number): void
  dropped(dueAtMs: number, why: Unsent): void
  settled(sample: Sample, atMs: number): void
  content(atMs: number, count: number): void
  /** Tells all there is, however far behind the main thread is. */
  flush(): void
}

export interface OutboxOptions {
  readonly clock: Clock
  /** What a stamp of this thread needs to be one of the main thread. */
  readonly shiftMs: number
  /** How long news may wait for more. */
  readonly everyMs: number
  /** How many batches the main thread has taken. */
  taken(): number
  post(batch: Pick<Batch, 'sentDueAtMs' | 'dropped' | 'settled' | 'content'>): void
}

/** As much as is told before its time: gaps between tokens and requests, added up. */
const manyItems = 20_000
/** More batches than these the main thread need not have waiting. */
const mostWaiting = 8
/** Some 100 MB. */
const mostItems = 4_000_000

/** Its functions throw when the main thread takes so little that the bound is passed. */
export function createOutbox({ clock, shiftMs, everyMs, taken, post }: OutboxOptions): Outbox {
  let sentDueAtMs: number[] = []
  let dropped: Batch['dropped'][number][] = []
  let settled: Batch['settled'][number][] = []
  let content = { count: 0, atMs: 0 }
  let items = 0
  let posted = 0
  let postedAtMs = Number.NEGATIVE_INFINITY
  let cancel: (() => void) | undefined

  function flush(): void {
    cancel?.()
    cancel = undefined
    if (items === 0) return
    post({ sentDueAtMs, dropped, settled, content })
    posted++
    postedAtMs = clock.nowMs()
    sentDueAtMs = []
    dropped = []
    settled = []
    content = { count: 0, atMs: 0 }
    items = 0
  }

  function flushIfTaken(): void {
    cancel = undefined
    if (posted - taken() < mostWaiting) flush()
    else cancel = clock.after(everyMs, flushIfTaken)
  }

  function added(count: number): void {
    const isFirst = items === 0
    items += count
    if (items > mostItems) {
      flush()
      throw new Error(
        `the main thread does not keep up with what its workers tell: ${mostItems} stamps were waiting`,
      )
    }
    if (isFirst) {
      const waitMs = Math.max(0, postedAtMs + everyMs - clock.nowMs())
      cancel = clock.after(waitMs, flushIfTaken)
    } else if (items >= manyItems && posted - taken() < mostWaiting) flush()
  }

  const shifted = (sample: Sample): Sample => {
    const { sentAtMs, dueAtMs } = sample
    if (shiftMs === 0) return sample
    return {
      ...sample,
      sentAtMs: wholeUs(sentAtMs + shiftMs),
      dueAtMs: dueAtMs === undefined ? undefined : wholeUs(dueAtMs + shiftMs),
    }
  }

  return {
    flush,
    sent(dueAtMs) {
      sentDueAtMs.push(dueAtMs + shiftMs)
      added(1)
    },
    dropped(dueAtMs, why) {
      dropped.push({ dueAtMs: dueAtMs + shiftMs, why })
      added(1)
    },
    settled(sample, atMs) {
      settled.push({ sample: shifted(sample), atMs: atMs + shiftMs })
      added(1 + sample.gapsMs.length)
    },
    content(atMs, count) {
      content = { count: content.count + count, atMs: atMs + shiftMs }
      // One number, however often it is changed.
      if (items === 0) added(1)
    },
  }
}
