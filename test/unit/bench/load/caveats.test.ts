import { expect, it } from 'vitest'
import { openCaveats } from '../../../../bench/load/caveats.ts'

const open = {
  arrivals: 'constant, 40/s',
  targetPerSecond: 40,
  sentPerSecond: 6,
  maxInFlight: 6,
  graceMs: 0,
}

it('a load that was sent whole says nothing, nor does a closed loop', () => {
  expect(openCaveats(open, { sent: 40, dropped: 0 }, 0)).toEqual([])
  expect(openCaveats(undefined, { sent: 40, dropped: 0 }, 0)).toEqual([])
})

it('the server’s fault and the generator’s are told apart', () => {
  const [full, late, ...more] = openCaveats(open, { sent: 6, dropped: 34 }, 4)
  expect(full).toMatch(/^30 of 40 requests that were due were not sent, since 6 were in flight/)
  expect(late).toMatch(
    /^4 of 40 requests that were due were not sent, since the generator was late/,
  )
  expect(more).toEqual([])
  expect(openCaveats(open, { sent: 36, dropped: 4 }, 4)).toHaveLength(1)
})
