/** A stage for drivers: a clock that stands still, a sender without sockets, and all that happens written down. */
import { createManualClock, type ManualClock } from '../../base/manual-clock.ts'
import type { DriverContext } from '../../bench/drivers/driver.ts'
import type { Sender, Settled } from '../../bench/drivers/sender.ts'
import { chatReader } from '../../bench/read/chat.ts'
import type { Outcome } from '../../bench/sample.ts'
import type { Hint } from '../../bench/work/hint.ts'
import type { Request } from '../../bench/work/request.ts'
import type { Work } from '../../bench/work/work.ts'
import { sampleOf } from './bench-sample.ts'

export interface Sent {
  readonly body: string
  readonly dueAtMs: number | undefined
  readonly atMs: number
  /** Ends it. */
  settle(outcome?: Outcome, text?: string): void
}

export interface Stage {
  readonly clock: ManualClock
  readonly context: DriverContext
  readonly sender: () => Sender
  readonly sent: readonly Sent[]
  /** When they were due. */
  readonly dropped: readonly number[]
  readonly hints: readonly (Hint | undefined)[]
  readonly isStopped: boolean
}

export function requestOf(body: string): Request {
  return { path: '/chat/completions', headers: {}, body, reader: chatReader, scenario: undefined }
}

/** Requests are numbered as they are made: 0, 1, 2. `onSent` is called with how many have been sent. */
export function createStage(onSent: (count: number) => void = () => {}): Stage {
  const clock = createManualClock()
  const sent: Sent[] = []
  const open = new Set<Sent>()
  const dropped: number[] = []
  const hints: (Hint | undefined)[] = []
  let isStopped = false
  const work: Work = {
    prompts: 'synthetic',
    scenarios: [],
    headers: {},
    hasTalks: false,
    next: hint => requestOf(String(hints.push(hint) - 1)),
    conversation: () => {
      throw new Error('nobody talks here')
    },
  }
  const context: DriverContext = {
    url: 'http://127.0.0.1:9/v1',
    headers: {},
    work,
    idleTimeoutMs: 60_000,
    clock,
    onSent: () => sent.length,
    onContent() {},
    onSettled() {},
    onDropped: dueAtMs => dropped.push(dueAtMs),
  }
  function send({ body }: Request, dueAtMs: number | undefined, settled?: Settled): void {
    const one: Sent = {
      body,
      dueAtMs,
      atMs: clock.nowMs(),
      settle(outcome = 'ok', text = '') {
        const e2eMs = clock.nowMs() - one.atMs
        if (open.delete(one)) settled?.(sampleOf({ outcome, sentAtMs: one.atMs, e2eMs }), text)
      },
    }
    open.add(one)
    sent.push(one)
    onSent(sent.length)
  }
  const sender: Sender = {
    send,
    get inFlight() {
      return open.size
    },
    connectionsOpened: 0,
    stop() {
      isStopped = true
      for (const one of open) one.settle('open')
    },
  }
  return {
    clock,
    context,
    sender: () => sender,
    sent,
    dropped,
    hints,
    get isStopped() {
      return isStopped
    },
  }
}
