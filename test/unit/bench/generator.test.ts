import { expect, it } from 'vitest'
import { createManualClock } from '../../../base/manual-clock.ts'
import { monitorGenerator } from '../../../bench/generator.ts'

/** The loop stands still for `ms`: what was due meanwhile runs at its end. */
function stall(clock: ReturnType<typeof createManualClock>, ms: number) {
  const { nowMs, after } = clock
  let aheadMs = 0
  return {
    clock: { ...clock, nowMs: () => nowMs() + aheadMs, after },
    stand() {
      aheadMs += ms
    },
  }
}

it('a loop that stands still is late for all that would have come', () => {
  const manual = createManualClock()
  const { clock, stand } = stall(manual, 50)
  const monitor = monitorGenerator(clock)
  manual.advance(100)
  expect(monitor.read().eventLoopLagMs).toEqual({ p50: 0, p99: 0, max: 0 })
  stand()
  manual.advance(5)
  const { max } = monitor.read().eventLoopLagMs
  expect(max).toBe(50)
  monitor.stop()
  expect(manual.pending).toBe(0)
})

it('what was late before the window is not in it, nor what comes after its end', () => {
  const manual = createManualClock()
  const { clock, stand } = stall(manual, 50)
  const monitor = monitorGenerator(clock)
  manual.advance(20)
  stand()
  monitor.reset()
  manual.advance(20)
  expect(monitor.read().eventLoopLagMs.max).toBeLessThanOrEqual(5)
  monitor.finish()
  stand()
  manual.advance(20)
  expect(monitor.read().eventLoopLagMs.max).toBeLessThanOrEqual(5)
  monitor.reset()
  stand()
  manual.advance(20)
  expect(monitor.read().eventLoopLagMs.max).toBeGreaterThanOrEqual(45)
  monitor.stop()
})
