/**
 * How far a script has been played, whether anybody listens or not; readers come, go and come back.
 *
 * No event is kept: each reader walks the script for itself, up to where it was played. So a log is two
 * numbers, a reader that is slow holds nothing back and makes nothing grow, and one that comes late reads
 * the same events as one that was there from the start.
 */
import { OVER, type Part } from '../conductor.ts'
import type { ScriptEvent } from '../script.ts'

export interface RunLog {
  /** Due times in ms from the start, ascending, at least one. */
  readonly dueMs: readonly number[]
  /** Steps that were played. */
  readonly played: number
  /** `stopped`: it ended before its last step. */
  readonly state: 'open' | 'over' | 'stopped'
  /** Tells whoever listens after each step and at the end; returns what ends the listening. */
  listen(listener: () => void): () => void
  /** Plays the next step, all of them, or no more. */
  advance(): void
  finish(): void
  stop(): void
}

export function createRunLog(dueMs: readonly number[]): RunLog {
  const listeners = new Set<() => void>()
  let played = 0
  let stopped = false

  function tell(): void {
    for (const listener of [...listeners]) listener()
    if (log.state !== 'open') listeners.clear()
  }

  const log: RunLog = {
    dueMs,
    get played() {
      return played
    },
    get state() {
      if (played === dueMs.length) return 'over'
      return stopped ? 'stopped' : 'open'
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    advance() {
      if (log.state !== 'open') return
      played++
      tell()
    },
    finish() {
      if (log.state !== 'open') return
      played = dueMs.length
      tell()
    },
    stop() {
      if (log.state !== 'open') return
      stopped = true
      tell()
    },
  }
  return log
}

export interface RunEnds {
  /** Called once, at the last step or when it was stopped. */
  over(): void
  failed(error: unknown): void
}

/** Plays a log's steps when they are due. `startMs`: what they are counted from, in the clock's ms. */
export function createRunPart(log: RunLog, startMs: number, { over, failed }: RunEnds): Part {
  return {
    get dueMs() {
      return startMs + log.dueMs[0]!
    },
    play() {
      log.advance()
      return log.state === 'open' ? startMs + log.dueMs[log.played]! : OVER
    },
    over() {
      log.stop()
      over()
    },
    failed,
  }
}

/** What a reader writes to. */
export interface Sink {
  /** Takes nothing more for now; `pump` is called when it does again. */
  isFull(): boolean
  /** `step`: the one that the event belongs to. */
  write(event: ScriptEvent, step: number): void
  /** Nothing more will come. */
  end(): void
}

export interface Reader {
  /** Writes what was played and is not written yet, as far as the sink takes it. */
  pump(): void
  /** Reads no more; the sink is not told. */
  stop(): void
}

/**
 * Reads a log to its end, from what was played already to what will be.
 * `steps`: the script's events, from the first; `skip`: so many events are passed over.
 */
export function readLog(
  log: RunLog,
  steps: Iterator<readonly ScriptEvent[], undefined>,
  sink: Sink,
  skip = 0,
): Reader {
  let step = -1
  let events: readonly ScriptEvent[] = []
  let place = 0
  let skipped = 0
  let isOver = false
  const unlisten = log.listen(pump)

  /** The next event that was played; undefined: there is none for now. */
  function next(): ScriptEvent | undefined {
    while (place === events.length) {
      if (step + 1 >= log.played) return undefined
      const read = steps.next()
      if (read.done) return undefined
      step++
      events = read.value
      place = 0
    }
    return events[place++]
  }

  function pump(): void {
    while (!isOver && !sink.isFull()) {
      const event = next()
      if (!event) {
        if (log.state === 'open') return
        stop()
        sink.end()
      } else if (skipped < skip) skipped++
      else sink.write(event, step)
    }
  }

  function stop(): void {
    isOver = true
    unlisten()
  }

  return { pump, stop }
}
