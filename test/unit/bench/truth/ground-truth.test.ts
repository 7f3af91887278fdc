import { expect, it } from 'vitest'
import { groundTruthOf } from '../../../../bench/truth/ground-truth.ts'
import type { Served } from '../../../../bench/truth/served.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

const served = (requestId: string, given: Partial<Served> = {}): [string, Served] => [
  requestId,
  { requestId, dueMs: [100, 120, 140], eventMs: [101, 121, 142], durationMs: 143, ...given },
]

it('holds each request against what the server says it did', () => {
  const samples = [
    sampleOf({ requestId: 'a', ttftMs: 102.5, gapsMs: [20, 22], e2eMs: 146 }),
    sampleOf({ requestId: 'b', ttftMs: 103.5, gapsMs: [19, 21], e2eMs: 145 }),
  ]
  const truth = groundTruthOf(samples, new Map([served('a'), served('b')]))
  expect(truth).toMatchObject({ joined: 2, of: 2 })
  expect(truth.ttft).toEqual({ count: 2, p50: 1.5, p99: 2.5, shiftP50: 1.5, shiftP99: 2.5 })
  // Gaps: 20−20, 22−21, 19−20, 21−21.
  expect(truth.itl).toMatchObject({ count: 4, p50: 0, p99: 1 })
  expect(truth.e2e).toMatchObject({ count: 2, p50: 2, p99: 3 })
  // The server: 1, 1 and 2 ms behind its plan, twice.
  expect(truth.pacing).toMatchObject({ count: 6, p50: 1, p99: 2 })
})

it('leaves out what the journal has forgotten, and says of how many', () => {
  const samples = [sampleOf({ requestId: 'a' }), sampleOf({ requestId: 'gone' }), sampleOf({})]
  expect(groundTruthOf(samples, new Map([served('a')]))).toMatchObject({ joined: 1, of: 3 })
})

it('leaves out what did not end ok', () => {
  const cut = sampleOf({ requestId: 'a', outcome: 'stream_cut' })
  expect(groundTruthOf([cut], new Map([served('a')]))).toMatchObject({ joined: 0, of: 0 })
})

it('compares no gaps where several tokens came in one chunk', () => {
  const one = sampleOf({ requestId: 'a', gapsMs: [40] })
  expect(groundTruthOf([one], new Map([served('a')])).itl.count).toBe(0)
})
