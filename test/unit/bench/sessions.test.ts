import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Outcome } from '../../../bench/sample.ts'
import { createSessions } from '../../../bench/sessions.ts'
import { sampleOf } from '../../helpers/bench-sample.ts'

function told(turns: readonly (readonly [session: number, turn: number, outcome?: Outcome])[]) {
  const sessions = createSessions()
  for (const [session, turn, outcome = 'ok'] of turns) {
    sessions.settled(sampleOf({ session, turn, turns: 3, outcome }))
  }
  return sessions.counts()
}

it('a session is finished with its last turn', () => {
  expect(
    told([
      [0, 1],
      [0, 2],
      [1, 1],
      [0, 3],
    ]),
  ).toEqual({
    started: 2,
    finished: 1,
    broken: 0,
    open: 1,
  })
})

it.each<[Outcome, number, number]>([
  ['http_5xx', 1, 0],
  ['stream_cut', 1, 0],
  ['cancelled', 1, 0],
  ['open', 0, 1],
])('%s breaks %i session and leaves %i open', (outcome, broken, open) => {
  expect(
    told([
      [0, 1],
      [0, 2, outcome],
    ]),
  ).toEqual({ started: 1, finished: 0, broken, open })
})

it('one that began before the window is in no count', () => {
  expect(
    told([
      [0, 2],
      [0, 3],
      [5, 3, 'http_429'],
    ]),
  ).toEqual({
    started: 0,
    finished: 0,
    broken: 0,
    open: 0,
  })
})

it('without sessions there are no counts', () => {
  const sessions = createSessions()
  sessions.settled(sampleOf({}))
  expect(sessions.counts()).toBe(undefined)
})

it('whatever comes in whichever order, they add up', () => {
  const outcome = fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'http_5xx', 'cancelled', 'open')
  const turn = fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 3 }), outcome)
  fc.assert(
    fc.property(fc.uniqueArray(turn, { selector: ([a, b]) => `${a} ${b}` }), turns => {
      const counts = told(turns)
      if (!counts) return
      const { started, finished, broken, open } = counts
      expect(started).toBe(finished + broken + open)
    }),
  )
})
