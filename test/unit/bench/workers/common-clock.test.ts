import { expect, it } from 'vitest'
import { systemClock } from '../../../../base/clock.ts'
import { originNs, shiftMs } from '../../../../bench/workers/common-clock.ts'

it('of several looks the closest tells when the milliseconds began', () => {
  let look = 0
  let ns = 5_000_000_000n
  // The clock began at 3 s; the third look takes 200 ns, the others much longer.
  const readNs = () => {
    ns += look++ === 5 ? 100n : 700_000n
    return ns
  }
  const clock = {
    ...systemClock,
    nowMs() {
      ns += look === 5 ? 100n : 900_000n
      return Number(ns - 3_000_000_000n) / 1e6
    },
  }
  const found = originNs(clock, readNs)
  expect(Math.abs(Number(found - 3_000_000_000n))).toBeLessThanOrEqual(100)
})

it('stamps of a thread that began later are put on the clock of the other', () => {
  expect(shiftMs(3_000_000_000n, 1_000_000_000n)).toBe(2000)
  expect(shiftMs(1_000_000_000n, 3_000_500_000n)).toBe(-2000.5)
})

it('what the looks may be wrong by is no difference', () => {
  expect(shiftMs(1_000_001_900n, 1_000_000_000n)).toBe(0)
  expect(shiftMs(1_000_002_000n, 1_000_000_000n)).toBe(0.002)
  expect(Math.abs(shiftMs(originNs(), originNs()))).toBeLessThan(1)
})
