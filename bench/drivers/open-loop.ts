/**
 * The open loop: each request is sent when its schedule says, whatever became of those before it. A server that
 * slows down meets the same load as before, and the times from when requests were due show what it did to it.
 */
import type { Arrival } from '../schedule/arrival.ts'
import type { Hint } from '../work/hint.ts'
import type { Request } from '../work/request.ts'
import { type Alarm, createAlarm } from './alarm.ts'
import type { Driver, DriverContext } from './driver.ts'
import { type Cancelling, createSender, type Sender, type SenderOptions } from './sender.ts'

export interface OpenLoop {
  readonly arrivals: Iterator<Arrival, undefined>
  /** Arrivals from here on are not sent, ms from the beginning. */
  readonly untilMs: number
  /** More than so many are never in flight: what is due then is dropped. */
  readonly maxInFlight: number
  readonly cancelling: Cancelling | undefined
}

/** What a test may have otherwise. */
interface Parts {
  readonly alarm?: Alarm
  readonly senderOf?: (options: SenderOptions) => Sender
}

/** After so long without a break what has come is read before more is sent, ms. */
const maxBreathlessMs = 5

interface Ready {
  readonly dueAtMs: number
  readonly hint: Hint | undefined
  /** Built before it is due, so that only its sending is left then; undefined while nothing more may be in flight. */
  readonly request: Request | undefined
}

export function buildOpenLoop(
  { arrivals, untilMs, maxInFlight, cancelling }: OpenLoop,
  context: DriverContext,
  { alarm = createAlarm(context.clock), senderOf = createSender }: Parts = {},
): Driver {
  const { clock, work, onDropped } = context
  const sender = senderOf({
    ...context,
    cancelling,
    onRead(nowMs) {
      // The time is known here anyway, and the next request may be due already.
      if (ready && nowMs >= ready.dueAtMs) alarm.set(nowMs, pump)
    },
  })
  let startMs = 0
  let ready: Ready | undefined

  const isFull = () => sender.inFlight >= maxInFlight

  function prepare(): void {
    const next = arrivals.next()
    ready = undefined
    if (next.done || next.value.atMs >= untilMs) return
    const { atMs, hint } = next.value
    const request = isFull() ? undefined : work.next(hint)
    ready = { dueAtMs: startMs + atMs, hint, request }
  }

  function pump(): void {
    const sinceMs = clock.nowMs()
    for (let nowMs = sinceMs; nowMs - sinceMs <= maxBreathlessMs; nowMs = clock.nowMs()) {
      if (!ready || ready.dueAtMs > nowMs) break
      const { dueAtMs, request, hint } = ready
      ready = undefined
      if (isFull()) onDropped(dueAtMs, 'full')
      else sender.send(request ?? work.next(hint), dueAtMs)
      if (isRunning) prepare()
    }
    if (ready) alarm.set(ready.dueAtMs, pump)
  }

  let isRunning = false
  function drain(): void {
    isRunning = false
    ready = undefined
    alarm.cancel()
  }

  return {
    begin(atMs = clock.nowMs()) {
      startMs = atMs
      isRunning = true
      prepare()
      pump()
    },
    get inFlight() {
      return sender.inFlight
    },
    get connectionsOpened() {
      return sender.connectionsOpened
    },
    drain,
    async stop() {
      // What was due and is late even now would vanish otherwise.
      const nowMs = clock.nowMs()
      for (; ready && ready.dueAtMs <= nowMs; prepare()) onDropped(ready.dueAtMs, 'late')
      drain()
      sender.stop()
    },
  }
}
