/**
 * A reader of a run: its events on one response, as fast as the line takes them.
 *
 * What a slow line does not take waits in the run's buffer, which all its readers share, and not in the response. Who
 * falls behind what the buffer keeps is told so, and has to go: an answer with a hole in it is no answer.
 */
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { eventText } from './event-buffer.ts'
import type { Run } from './run.ts'

/** Characters that are written at once to who has to catch up. */
const BATCH_LENGTH = 16_384
/** How soon an EventSource comes back after a drop, ms. */
const RECONNECT_MS = 1000
/** How long the end of the stream may take to leave, ms. */
const END_MS = 10_000

export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Neither kept nor compressed on the way: a compressor waits until it has enough.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/** Writes the events after `after`; ends the response after the last one. */
export function serveReader(
  run: Run,
  after: number,
  response: ServerResponse,
  { clock, heartbeatMs }: { clock: Clock; heartbeatMs: number },
): void {
  let lastId = after
  let isBlocked = false
  let isDone = false
  let cancelTimer = () => {}

  function write(text: string): void {
    isBlocked = !response.write(text)
  }

  function pump(): void {
    if (isDone) return
    if (run.isGone) {
      isDone = true
      response.destroy()
      return
    }
    if (!run.events.reaches(lastId)) {
      const message = `This reader was too slow: the events after ${lastId} are lost.`
      finish(eventText('error', { code: 'reader_too_slow', message, retryable: false }))
      return
    }
    while (!isBlocked) {
      const batch = run.events.read(lastId, BATCH_LENGTH)
      if (!batch) break
      lastId = batch.lastId
      write(batch.text)
    }
    if (run.isOver && lastId === run.events.lastId) finish()
  }

  /** A line that does not take the end either is cut. */
  function finish(text = ''): void {
    isDone = true
    cancelTimer()
    cancelTimer = clock.after(END_MS, () => response.destroy())
    response.end(text)
  }

  function startHeart(): void {
    if (heartbeatMs > 0) cancelTimer = clock.after(heartbeatMs, beat)
  }

  function beat(): void {
    if (!isBlocked) write(': ping\n\n')
    startHeart()
  }

  const part = run.join(pump)
  response.on('drain', () => {
    isBlocked = false
    pump()
  })
  response.on('close', () => {
    isDone = true
    cancelTimer()
    part()
  })
  response.writeHead(200, eventStreamHeaders)
  response.flushHeaders()
  write(`retry: ${RECONNECT_MS}\n\n`)
  startHeart()
  pump()
}
