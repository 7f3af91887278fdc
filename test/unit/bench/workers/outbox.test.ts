import { expect, it } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import type { Batch } from '../../../../bench/workers/messages.ts'
import { createOutbox } from '../../../../bench/workers/outbox.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

function start(shiftMs = 0) {
  const clock = createManualClock()
  const posted: { readonly atMs: number; readonly batch: Omit<Batch, 'connectionsOpened'> }[] = []
  const state = { taken: undefined as number | undefined }
  const outbox = createOutbox({
    clock,
    shiftMs,
    everyMs: 50,
    taken: () => state.taken ?? posted.length,
    post: batch => posted.push({ atMs: clock.nowMs(), batch }),
  })
  return { clock, posted, state, outbox }
}

it('the first news goes at once, what comes soon after it together', () => {
  const { clock, posted, outbox } = start()
  outbox.sent(1)
  outbox.sent(2)
  clock.advance(0)
  clock.advance(10)
  outbox.settled(sampleOf({ index: 7 }), 9)
  outbox.dropped(3, 'full')
  outbox.content(10, 2)
  outbox.content(11, 3)
  clock.advance(1000)
  expect(posted.map(({ atMs }) => atMs)).toEqual([0, 50])
  expect(posted[0]!.batch.sentDueAtMs).toEqual([1, 2])
  expect(posted[1]!.batch).toEqual({
    sentDueAtMs: [],
    dropped: [{ dueAtMs: 3, why: 'full' }],
    settled: [{ sample: sampleOf({ index: 7 }), atMs: 9 }],
    content: { count: 5, atMs: 11 },
  })
  expect(clock.pending).toBe(0)
})

it('much of it goes before its time', () => {
  const { clock, posted, outbox } = start()
  for (let i = 0; i < 20_001; i++) outbox.sent(i)
  expect(posted.map(({ batch }) => batch.sentDueAtMs.length)).toEqual([20_000])
  clock.advance(50)
  expect(posted.map(({ batch }) => batch.sentDueAtMs.length)).toEqual([20_000, 1])
})

it('while the main thread is behind, news waits; at the bound it is told, and is an error', () => {
  const { clock, posted, state, outbox } = start()
  state.taken = 0
  for (let i = 0; i < 20; i++) {
    outbox.sent(i)
    clock.advance(60)
  }
  expect(posted).toHaveLength(8)
  const gapsMs = new Array<number>(500_000).fill(1)
  const flood = () => {
    for (let i = 0; i < 10; i++) outbox.settled(sampleOf({ gapsMs }), i)
  }
  expect(flood).toThrow('the main thread does not keep up with what its workers tell: 4000000')
  const sent = posted.flatMap(({ batch }) => batch.sentDueAtMs)
  expect(sent).toEqual(Array.from({ length: 20 }, (_, i) => i))
  expect(posted.at(-1)!.batch.settled).toHaveLength(8)
})

it('goes on when the main thread has caught up', () => {
  const { clock, posted, state, outbox } = start()
  state.taken = 0
  for (let i = 0; i < 20; i++) {
    outbox.sent(i)
    clock.advance(60)
  }
  state.taken = 8
  clock.advance(50)
  expect(posted.map(({ batch }) => batch.sentDueAtMs.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 12])
})

it('stamps are those of the main thread', () => {
  const { posted, outbox } = start(100)
  outbox.sent(1)
  outbox.settled(sampleOf({ sentAtMs: 5, dueAtMs: 4 }), 6)
  outbox.settled(sampleOf({ sentAtMs: 7 }), 8)
  outbox.content(9, 1)
  outbox.dropped(10, 'late')
  outbox.flush()
  expect(posted[0]!.batch).toMatchObject({
    sentDueAtMs: [101],
    settled: [
      { sample: { sentAtMs: 105, dueAtMs: 104, ttftMs: 100 }, atMs: 106 },
      { sample: { sentAtMs: 107, dueAtMs: undefined }, atMs: 108 },
    ],
    content: { count: 1, atMs: 109 },
    dropped: [{ dueAtMs: 110, why: 'late' }],
  })
})
