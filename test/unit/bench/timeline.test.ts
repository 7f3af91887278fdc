import { expect, it } from 'vitest'
import { createTimeline } from '../../../bench/timeline.ts'

it('puts tokens, endings and first tokens into the slot of their time', () => {
  const timeline = createTimeline(250)
  timeline.token(0, 2)
  timeline.token(249, 1)
  timeline.token(250, 5)
  timeline.settled(300, true)
  timeline.settled(310, false)
  timeline.firstToken(300, 200)
  timeline.firstToken(320, 100)
  timeline.token(-1, 99)
  expect(timeline.slots(400)).toEqual([
    { atSeconds: 0, seconds: 0.25, tokens: 3, ok: 0, errors: 0, ttftP50Ms: null, ttftP95Ms: null },
    { atSeconds: 0.25, seconds: 0.15, tokens: 5, ok: 1, errors: 1, ttftP50Ms: 100, ttftP95Ms: 200 },
  ])
  expect(timeline.totals).toEqual({ tokens: 8, ok: 1 })
})

it('stays bounded over any length, and loses no token', () => {
  const timeline = createTimeline(250)
  for (let ms = 0; ms < 3_600_000; ms += 1000) timeline.token(ms, 1)
  const slots = timeline.slots(3_600_000)
  expect(slots.length).toBeLessThanOrEqual(240)
  expect(slots.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(3600)
  expect(slots[1]).toMatchObject({ atSeconds: 16, seconds: 16, tokens: 16 })
})
