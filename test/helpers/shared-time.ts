/**
 * One time for a client and a mock server on a manual clock: it moves in small steps, and whoever has a timer due gets
 * its turn after each.
 */
import { type Clock, sleep, systemClock } from '../../base/clock.ts'
import { createManualClock } from '../../base/manual-clock.ts'
import type { MockServer } from '../../mock-server/index.ts'

export interface SharedTime {
  /** For the client: the server's time, and timers that are late by a step at most. */
  readonly clock: Clock
  sleep(ms: number): Promise<void>
  /** Moves on until `done` settles; ms that it took. Rejects beyond `mostMs`. */
  runUntil(done: Promise<unknown>, mostMs: number): Promise<number>
}

/** What was sent in a step is read in a turn of the event loop, what follows from it is sent in the next. */
const TURNS_A_STEP = 4
/** What others do for this process: on a busy machine they take many turns for it. */
const elsewhere = new Set(['FSReqCallback', 'FSReqPromise', 'GetAddrInfoReqWrap', 'TCPConnectWrap'])
/** Real ms that it may take. */
const ELSEWHERE_MS = 200
/** Real ms that a client may take until its first request. */
const PATIENCE_MS = 2000

export function shareTime(mock: Pick<MockServer, 'clock' | 'requests'>, stepMs = 10): SharedTime {
  const agenda = createManualClock()
  const { nowMs } = mock.clock
  const clock: Clock = {
    nowMs,
    wallMs: mock.clock.wallMs,
    after: (delayMs, callback) => agenda.at(nowMs() + delayMs, callback),
  }

  return {
    clock,
    sleep: ms => new Promise(resolve => clock.after(ms, () => resolve())),
    async runUntil(done, mostMs) {
      const startedAtMs = nowMs()
      let isDone = false
      const finish = () => {
        isDone = true
      }
      done.then(finish, finish)
      // What a client does before its first request, such as reading prices, takes real time and none of ours.
      for (let i = 0; i < PATIENCE_MS && !isDone && mock.requests().length === 0; i++) {
        await sleep(systemClock, 1)
      }
      while (!isDone) {
        if (nowMs() - startedAtMs > mostMs) throw new Error(`not done after ${mostMs} ms`)
        await mock.clock.advance(stepMs)
        for (let i = 0; i < TURNS_A_STEP; i++) await turn()
        const untilMs = performance.now() + ELSEWHERE_MS
        while (isAwaited() && performance.now() < untilMs) await turn()
        agenda.advanceTo(nowMs())
      }
      await done
      return nowMs() - startedAtMs
    },
  }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

/** Files that are read and connections that are made: time stands still for them. */
const isAwaited = () => process.getActiveResourcesInfo().some(name => elsewhere.has(name))

/**
 * While it lasts, timers that the openai package sets run on `clock`: its back-off knows no other way to wait.
 * Returns how to end it.
 */
export function withPackageTimers(clock: Clock): () => void {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const ours = new Map<object, () => void>()
  function patched(callback: () => void, delayMs = 0) {
    const from = new Error('who').stack?.split('\n')[2] ?? ''
    if (!/node_modules\/openai\//.test(from)) {
      return set(callback, delayMs)
    }
    const timer = {}
    ours.set(timer, clock.after(delayMs, callback))
    return timer
  }
  function cleared(timer: object) {
    ours.get(timer)?.()
    if (!ours.delete(timer)) clear(timer as NodeJS.Timeout)
  }
  Object.assign(globalThis, { setTimeout: patched, clearTimeout: cleared })
  return () => void Object.assign(globalThis, { setTimeout: set, clearTimeout: clear })
}
