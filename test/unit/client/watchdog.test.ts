import { expect, test } from 'vitest'
import { createManualClock } from '../../../base/manual-clock.ts'
import { createWatchdog, TimeoutReached } from '../../../client/watchdog.ts'

const timeouts = { firstTokenTimeout: 5000, idleTimeout: 2000 }

function harness(outer = new AbortController()) {
  const clock = createManualClock()
  return { clock, outer, watchdog: createWatchdog(clock, timeouts, outer.signal) }
}

test('events before the first token do not put the first-token timeout off', () => {
  const { clock, watchdog } = harness()
  clock.advance(4000)
  watchdog.sawEvent(clock.nowMs())
  clock.advance(999)
  expect(watchdog.signal.aborted).toBe(false)
  clock.advance(1)
  expect(watchdog.signal.reason).toBeInstanceOf(TimeoutReached)
  expect(watchdog.signal.reason).toMatchObject({
    which: 'first-token',
    message: 'No first token came within 5 s.',
  })
})

test('each event puts the idle timeout off, by one timer', () => {
  const { clock, watchdog } = harness()
  watchdog.sawToken()
  for (let i = 0; i < 10; i++) {
    clock.advance(1900)
    watchdog.sawEvent(clock.nowMs())
    expect(clock.pending).toBe(1)
  }
  clock.advance(1999)
  expect(watchdog.signal.aborted).toBe(false)
  clock.advance(1)
  expect(watchdog.signal.reason).toMatchObject({ which: 'idle' })
})

test('the outer signal goes through with its reason, and nothing is left behind', () => {
  const { clock, outer, watchdog } = harness()
  outer.abort('enough')
  expect(watchdog.signal.reason).toBe('enough')
  watchdog.stop()
  expect(clock.pending).toBe(0)
})

test('after stop neither timers nor the outer signal do anything', () => {
  const { clock, outer, watchdog } = harness()
  watchdog.stop()
  clock.advance(60_000)
  outer.abort('late')
  expect(watchdog.signal.aborted).toBe(false)
})

test('0 is no timeout at all', () => {
  const clock = createManualClock()
  const none = { firstTokenTimeout: 0, idleTimeout: 0 }
  const watchdog = createWatchdog(clock, none, new AbortController().signal)
  watchdog.sawToken()
  expect(clock.pending).toBe(0)
})
