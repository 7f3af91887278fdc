/** A run: one call upstream, its events, and those who read them, who may leave and come back. */
import type { Clock } from '../../base/clock.ts'
import type { ChatResult, ChatStream, Failure } from '../index.ts'
import { createEventBuffer, type EventBuffer } from './event-buffer.ts'
import { endingOf, eventsOfFrame, type StopReason, stopWords } from './run-events.ts'

export interface Run {
  readonly id: string
  readonly events: EventBuffer
  readonly isOver: boolean
  /** Why it was stopped from here, if it was. */
  readonly stopped: StopReason | undefined
  /** Whether the upstream was asked: until then it waits for its turn. */
  readonly isSent: boolean
  /**
   * Resolves with the upstream's first words, or at its refusal: then to why. A 429 is told at once; other refusals
   * when the client has tried again as often as it may.
   */
  readonly started: Promise<Failure | undefined>
  /** Its caller was told where to read: from now on a 429 is waited for like other failures. */
  announced(): void
  /** Resolves when its last event is there; undefined: our own fault, which was reported. */
  readonly over: Promise<ChatResult | undefined>
  /** The first reason counts; nothing happens to a run that is over. */
  stop(reason: StopReason): void
  /**
   * Somebody reads: `onChange` is called after new events, and when the run is over or gone. Returns how to leave;
   * when the last one has left, the run is stopped after the grace.
   */
  join(onChange: () => void): () => void
  readonly readers: number
  /** No longer kept: readers that are still there must go. */
  readonly isGone: boolean
  forget(): void
}

export interface RunParts {
  readonly id: string
  /** Begins the call. */
  readonly open: (onSend: () => void) => ChatStream
  readonly clock: Clock
  readonly bufferBytes: number
  readonly readerGraceMs: number
  /** Takes the key out of a message. */
  readonly clean: (text: string) => string
  /** Told of faults of our own. */
  readonly report: (error: unknown) => void
}

/** Characters of an answer: what is kept of it when it is over has a bound too. */
const MAX_ANSWER_LENGTH = 4 * 1024 * 1024

export function startRun(parts: RunParts): Run {
  const { id, open, clock, bufferBytes, readerGraceMs, clean, report } = parts
  const events = createEventBuffer(bufferBytes)
  const readers = new Set<() => void>()
  let isSent = false
  const stream = open(() => {
    isSent = true
  })
  let stopped: StopReason | undefined
  let isOver = false
  let isGone = false
  let isKnown = false
  let length = 0
  let cancelGrace = () => {}
  let start: (failure?: Failure) => void = () => {}
  const started = new Promise<Failure | undefined>(resolve => {
    start = resolve
  })

  function tell(): void {
    for (const onChange of [...readers]) onChange()
  }

  function stop(reason: StopReason): void {
    if (isOver || stopped !== undefined) return
    stopped = reason
    stream.cancel(stopWords[reason])
  }

  async function follow(): Promise<ChatResult> {
    let isBegun = false
    for await (const frame of stream) {
      if (frame.kind === 'end') break // the result tells how
      if (frame.kind === 'retry') {
        if (!isBegun && !isKnown && frame.failure.kind === 'rate-limited') {
          start(frame.failure)
          stop('stopped')
          continue
        }
      } else if (!isBegun) {
        isBegun = true
        start()
      }
      for (const { type, data } of eventsOfFrame(frame)) events.append(type, data)
      if ('text' in frame) length += frame.text.length
      if (length > MAX_ANSWER_LENGTH) stop('answer_too_long')
      tell()
    }
    return await stream.result
  }

  const over = follow()
    .then(
      result => {
        for (const { type, data } of endingOf(result, stopped, clean)) events.append(type, data)
        start(result.failure)
        return result
      },
      (error: unknown) => {
        report(error)
        const message = 'The relay failed.'
        events.append('error', { code: 'internal', message, retryable: false })
        events.append('done', { how: 'error' })
        start({ kind: 'connection', message })
        return undefined
      },
    )
    .finally(() => {
      isOver = true
      cancelGrace()
      tell()
    })

  return {
    id,
    events,
    get isOver() {
      return isOver
    },
    get stopped() {
      return stopped
    },
    get isSent() {
      return isSent
    },
    started,
    announced() {
      isKnown = true
    },
    over,
    stop,
    join(onChange) {
      const reader = () => onChange()
      readers.add(reader)
      cancelGrace()
      return () => {
        if (!readers.delete(reader) || readers.size > 0 || isOver) return
        cancelGrace = clock.after(readerGraceMs, () => stop('no_reader'))
      }
    },
    get readers() {
      return readers.size
    },
    get isGone() {
      return isGone
    },
    forget() {
      isGone = true
      cancelGrace()
      stop('stopped')
      tell()
    },
  }
}
