/**
 * The open loop: each request is sent when its schedule says, whatever became of those before it. A server that
 * slows down meets the same load as before, and the times from when requests were due show what it did to it.
 * With sessions it is they that the schedule begins: what they go on to say is due when they have thought.
 */
import type { Arrival } from '../schedule/arrival.ts'
import type { Request } from '../work/request.ts'
import { type Alarm, createAlarm } from './alarm.ts'
import type { Driver, DriverContext } from './driver.ts'
import { driverOf } from './law.ts'
import { type Cancelling, createSender, type Sender, type SenderOptions } from './sender.ts'
import { createSessionTurns, type Due, type Sessions } from './session-turns.ts'

export interface OpenLoop {
  readonly arrivals: Iterator<Arrival, undefined>
  /** What is due from here on is not sent, ms from the beginning. */
  readonly untilMs: number
  /** More than so many requests, or sessions, are never under way: an arrival that is due then is dropped. */
  readonly maxInFlight: number
  readonly cancelling: Cancelling | undefined
  /** Undefined: each arrival is one request. */
  readonly sessions?: Sessions | undefined
}

/** What a test may have otherwise, and another run. */
interface Parts {
  readonly alarm?: Alarm
  readonly senderOf?: (options: SenderOptions) => Sender
}

/** After so long without a break what has come is read before more is sent, ms. */
const maxBreathlessMs = 5

export function buildOpenLoop(
  { arrivals, untilMs, maxInFlight, cancelling, sessions }: OpenLoop,
  context: DriverContext,
  { alarm = createAlarm(context.clock), senderOf = createSender }: Parts = {},
): Driver {
  const { clock, work, onDropped, inFlightOfAll } = context
  const sender = senderOf({
    ...context,
    cancelling,
    // Many reads may be left of those that came together: what falls due meanwhile is sent between them.
    onRead() {
      const due = soonest()
      if (due && !isPumping && clock.nowMs() >= due.dueAtMs) pump()
    },
  })
  const turns = sessions && createSessionTurns(sessions)
  let startMs = 0
  let arrival: Due | undefined
  /** What the alarm is set to. */
  let awaited: Due | undefined
  let isRunning = false
  let isPumping = false

  const isFull = () => (turns?.underWay ?? inFlightOfAll?.() ?? sender.inFlight) >= maxInFlight

  function soonest(): Due | undefined {
    const turn = turns?.first
    const isNext = turn && turn.dueAtMs < (arrival?.dueAtMs ?? startMs + untilMs)
    return isNext ? turn : arrival
  }

  function prepare(): void {
    const next = arrivals.next()
    arrival = undefined
    if (next.done || next.value.atMs >= untilMs) return
    const { atMs, hint } = next.value
    arrival = { dueAtMs: startMs + atMs, hint, talk: undefined, request: undefined }
    // While nothing more may begin, nothing is drawn for what will be dropped.
    if (!isFull()) make(arrival)
  }

  function make(due: Due): Request | undefined {
    if (due.request) return due.request
    if (sessions) due.talk ??= sessions.converse()
    due.request = due.talk ? due.talk.next(due.hint) : work.next(due.hint)
    return due.request
  }

  function begin(due: Due): void {
    if (isFull()) onDropped(due.dueAtMs, 'full')
    else {
      turns?.begin()
      send(due)
    }
  }

  function send(due: Due): void {
    const request = make(due)
    const { talk, dueAtMs } = due
    if (!request) return
    if (!turns || !talk) {
      sender.send(request, dueAtMs)
      return
    }
    sender.send(request, dueAtMs, (sample, text) => {
      turns.answered(talk, request, sample, text)
      if (!isPumping) ring()
    })
  }

  function pump(): void {
    isPumping = true
    awaited = undefined
    const sinceMs = clock.nowMs()
    for (let nowMs = sinceMs; nowMs - sinceMs <= maxBreathlessMs; nowMs = clock.nowMs()) {
      const due = soonest()
      if (!due || due.dueAtMs > nowMs) break
      if (due === arrival) {
        arrival = undefined
        begin(due)
        if (isRunning) prepare()
      } else {
        turns?.take()
        send(due)
      }
    }
    isPumping = false
    ring()
  }

  /** Sets the alarm to what is due next, which is made by then. */
  function ring(): void {
    const due = soonest()
    // An alarm that is set anew shortly before its time is less exact.
    if (!due || due === awaited) return
    awaited = due
    if (due !== arrival) make(due)
    alarm.set(due.dueAtMs, pump)
  }

  return driverOf(sender, {
    begin(atMs = clock.nowMs()) {
      startMs = atMs
      isRunning = true
      prepare()
      pump()
    },
    drain() {
      isRunning = false
      arrival = undefined
      turns?.clear()
      alarm.cancel()
    },
    beforeStop() {
      // What was due and is late even now would vanish otherwise.
      const lastMs = Math.min(clock.nowMs(), startMs + untilMs)
      for (; arrival && arrival.dueAtMs <= lastMs; prepare()) onDropped(arrival.dueAtMs, 'late')
      for (let turn = turns?.first; turn && turn.dueAtMs < lastMs; turn = turns?.first) {
        onDropped(turn.dueAtMs, 'late')
        turns?.take()
      }
    },
  })
}
