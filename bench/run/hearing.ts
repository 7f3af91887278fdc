/** Who hears what a driver tells: the recorder, the course, the guard, the metrics and whoever asked for events. */
import type { Course } from '../course.ts'
import type { DriverContext } from '../drivers/driver.ts'
import { wholeUs } from '../microseconds.ts'
import type { Stop } from '../safety/stop.ts'
import type { Run } from './parts.ts'
import { targetOf } from './target.ts'

export interface Hearing {
  readonly context: DriverContext
  /** When the last request had settled, where that ended the course; undefined: something else did, or nothing yet. */
  readonly endedAtMs: number | undefined
}

export function createHearing(run: Run, course: () => Course | undefined): Hearing {
  const { options, work, recorder, metrics, last } = run
  const { clock, guard, onEvent, onSample } = run.context
  // Of every token: looked up once.
  const { content } = recorder
  const { token } = metrics
  let sent = 0
  let settledAtMs = 0
  let endedAtMs: number | undefined

  function obey(stop: Stop | undefined): void {
    if (stop) course()?.stop()
  }

  const context: DriverContext = {
    ...targetOf(options.url),
    headers: work.headers,
    work,
    idleTimeoutMs: options.timeout,
    clock,
    onSent(dueAtMs) {
      course()?.reached(dueAtMs)
      if (recorder.sent(dueAtMs) && course()?.sent()) run.sending?.driver.drain()
      obey(guard?.sent())
      return sent++
    },
    onContent(atMs, count) {
      if (content(atMs, count)) token(count)
    },
    onSettled(sample, atMs) {
      // The window may have begun already, and its timer be late.
      course()?.reached(atMs)
      const isMeasured = recorder.settled(sample)
      const stop = guard?.settled(sample)
      onEvent?.({ type: 'sample', isMeasured, sample })
      settledAtMs = Math.max(settledAtMs, atMs)
      if (isMeasured) {
        last.add(sample)
        onSample?.(sample)
        metrics.settled(sample)
        run.out?.settled(sample)
        const wasOver = course()?.phase === 'done'
        course()?.settled()
        if (!wasOver && course()?.phase === 'done') endedAtMs = settledAtMs
      }
      obey(stop)
    },
    onDropped(dueAtMs, why) {
      course()?.reached(dueAtMs)
      if (why === 'late') run.late++
      onEvent?.({ type: 'dropped', dueAtMs: wholeUs(dueAtMs) })
      if (recorder.dropped(dueAtMs) && course()?.dropped()) run.sending?.driver.drain()
    },
  }
  return {
    context,
    get endedAtMs() {
      return endedAtMs
    },
  }
}
