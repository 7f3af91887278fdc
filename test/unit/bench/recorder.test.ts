import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { createRecorder } from '../../../bench/recorder.ts'
import { type Outcome, outcomes } from '../../../bench/sample.ts'
import { sampleOf } from '../../helpers/bench-sample.ts'

describe('the window', () => {
  it('leaves out what was sent in the warm-up, and counts what arrives whenever it was sent', () => {
    const recorder = createRecorder(createRandom('r'))
    expect(recorder.sent(500)).toBe(false)
    recorder.begin(1000)
    expect(recorder.settled(sampleOf({ sentAtMs: 500, ttftMs: 580, e2eMs: 640 }))).toBe(false)
    recorder.content(1100, 2)
    expect(recorder.sent(1200)).toBe(true)
    expect(recorder.settled(sampleOf({ sentAtMs: 1200 }))).toBe(true)
    expect(recorder.contentSoFar).toBe(2)
    recorder.finish(2000)
    expect(recorder.counts()).toMatchObject({ sent: 1, ok: 1, open: 0, warmup: 1 })
    expect(recorder.times.ttft.count).toBe(1)
    expect(recorder.times.itl.count).toBe(2)
    // Of the first request 1080, 1100 and 1120 lie in the window; of the second 1300, 1320 and 1340.
    expect(recorder.timeline.totals).toMatchObject({ tokens: 6, ok: 2, due: 1, sent: 1 })
    expect(recorder.windowMs(9999)).toBe(1000)
  })

  it('times ok and open requests and never failed or cut ones', () => {
    const recorder = createRecorder(createRandom('r'))
    recorder.begin(0)
    recorder.settled(sampleOf({ outcome: 'http_429', ttftMs: undefined, ttfbMs: 1, e2eMs: 1 }))
    recorder.settled(sampleOf({ outcome: 'stream_cut', ttftMs: 5 }))
    recorder.settled(sampleOf({ outcome: 'ok', ttftMs: 200 }))
    recorder.settled(
      sampleOf({
        outcome: 'open',
        ttftMs: 300,
        e2eMs: undefined,
        tpotMs: undefined,
        censoredMs: 900,
      }),
    )
    expect(recorder.times.ttft.stats()).toMatchObject({ count: 2, min: 200, max: 300 })
    expect(recorder.times.e2e.count).toBe(1)
    expect(recorder.longestOpenMs).toBe(900)
    expect(recorder.tokens.output).toBe(3)
  })

  it('keeps one example for each way of failing', () => {
    const recorder = createRecorder(createRandom('r'))
    recorder.begin(0)
    recorder.settled(sampleOf({ outcome: 'http_429', status: 429, detail: 'slow down' }))
    recorder.settled(sampleOf({ outcome: 'http_429', status: 429, detail: 'again' }))
    expect([...recorder.examples]).toEqual([['http_429', '429: slow down']])
  })
})

it('sent = ok + failed + cut + open, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3000), fc.constantFrom<Outcome>(...outcomes)), { maxLength: 200 }),
      events => {
        const recorder = createRecorder(createRandom('r'))
        recorder.begin(1000)
        for (const [sentAtMs, outcome] of events) {
          recorder.sent(sentAtMs)
          recorder.settled(sampleOf({ sentAtMs, outcome }))
        }
        const { sent, ok, failed, cut, open, warmup, byOutcome } = recorder.counts()
        expect(sent).toBe(ok + failed + cut + open)
        expect(sent + warmup).toBe(events.length)
        expect(Object.values(byOutcome).reduce((sum, count) => sum + count, 0)).toBe(sent)
      },
    ),
  )
})

it('draws a bounded, fair set of dots', () => {
  const recorder = createRecorder(createRandom('r'))
  recorder.begin(0)
  for (let i = 0; i < 10_000; i++) recorder.settled(sampleOf({ sentAtMs: i }))
  expect(recorder.dots.length).toBe(1500)
  const mean = recorder.dots.reduce((sum, [atSeconds]) => sum + atSeconds, 0) / 1500
  expect(mean).toBeGreaterThan(4.7)
  expect(mean).toBeLessThan(5.3)
})

it('counts content of the window also where a request was cut or is open, and what was dropped', () => {
  const recorder = createRecorder(createRandom('r'))
  recorder.begin(1000)
  recorder.dropped(1500)
  recorder.dropped(999)
  recorder.finish(2000)
  const open = { e2eMs: undefined, tpotMs: undefined, censoredMs: 300 }
  recorder.settled(sampleOf({ sentAtMs: 1880, outcome: 'open', ...open })) // 1980 2000 2020
  recorder.settled(sampleOf({ sentAtMs: 1200, outcome: 'stream_cut' }))
  expect(recorder.timeline.totals).toEqual({
    tokens: 5,
    ok: 0,
    errors: 1,
    due: 3,
    sent: 2,
    dropped: 1,
  })
  expect(recorder.counts().dropped).toBe(1)
})
