import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTimeline } from '../../../bench/timeline.ts'

it('puts tokens, endings, first tokens and gaps into the slot of their time', () => {
  const timeline = createTimeline(250)
  timeline.count('tokens', 0, 2)
  timeline.count('tokens', 249)
  timeline.count('tokens', 250, 4)
  timeline.count('ok', 300)
  timeline.count('errors', 310)
  timeline.count('due', 10)
  timeline.count('dropped', 10)
  timeline.firstToken(300, 200)
  timeline.firstToken(320, 100)
  timeline.content(320, 16)
  timeline.count('tokens', -1, 99)
  const none = { tokens: 0, ok: 0, errors: 0, due: 0, sent: 0, dropped: 0 }
  expect(timeline.slots(400)).toEqual([
    {
      ...none,
      atSeconds: 0,
      seconds: 0.25,
      tokens: 3,
      due: 1,
      dropped: 1,
      ttftP50Ms: null,
      ttftP95Ms: null,
      ttft: [],
      itl: [],
    },
    {
      ...none,
      atSeconds: 0.25,
      seconds: 0.15,
      tokens: 5,
      ok: 1,
      errors: 1,
      ttftP50Ms: 100,
      ttftP95Ms: 200,
      ttft: [
        [106, 1],
        [122, 1],
      ],
      itl: [[64, 1]],
    },
  ])
  expect(timeline.totals).toEqual({ ...none, tokens: 8, ok: 1, errors: 1, due: 1, dropped: 1 })
})

it('has slots for the whole window, also where nothing happened', () => {
  const timeline = createTimeline(250)
  timeline.count('tokens', 10)
  expect(timeline.slots(1000).map(({ tokens }) => tokens)).toEqual([1, 0, 0, 0])
})

it('stays bounded over any length, and loses no token', () => {
  const timeline = createTimeline(250)
  for (let ms = 0; ms < 3_600_000; ms += 1000) timeline.count('tokens', ms)
  const slots = timeline.slots(3_600_000)
  expect(slots.length).toBeLessThanOrEqual(240)
  expect(slots.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(3600)
  expect(slots[1]).toMatchObject({ atSeconds: 16, seconds: 16, tokens: 16 })
})

it('is the same whatever the order', () => {
  const event = fc.tuple(fc.nat(200_000), fc.integer({ min: 1, max: 5000 }))
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), events => {
      const [there, back] = [createTimeline(250), createTimeline(250)]
      for (const [atMs, ms] of events) {
        there.firstToken(atMs, ms)
        there.content(atMs, ms)
      }
      for (const [atMs, ms] of events.toReversed()) {
        back.content(atMs, ms)
        back.firstToken(atMs, ms)
      }
      expect(there.slots(200_001)).toEqual(back.slots(200_001))
    }),
    { numRuns: 12 },
  )
})

it('knows percentiles within 0.5 % when first tokens are too many to keep', () => {
  const timeline = createTimeline(250)
  for (let i = 1; i <= 100_000; i++) timeline.firstToken(i / 10, 100 + (i % 100))
  const { ttftP50Ms, ttftP95Ms } = timeline.slots(10_000)[0]!
  expect(Math.abs(ttftP50Ms! / 150 - 1)).toBeLessThan(0.006)
  expect(Math.abs(ttftP95Ms! / 195 - 1)).toBeLessThan(0.006)
})
