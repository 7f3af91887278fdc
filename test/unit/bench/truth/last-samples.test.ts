import { expect, it } from 'vitest'
import { createLastSamples } from '../../../../bench/truth/last-samples.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

it('keeps the last of them, each with its own gaps', () => {
  const last = createLastSamples(2)
  last.add(sampleOf({ requestId: 'a', gapsMs: [1, 2, 3] }))
  last.add(sampleOf({ requestId: 'b', gapsMs: [4], ttftMs: 7, e2eMs: 9 }))
  last.add(sampleOf({ requestId: 'c', gapsMs: [5, 6], outcome: 'stream_cut', e2eMs: undefined }))
  const kept = [...last.samples()].map(({ gapsMs, ...rest }) => ({
    ...rest,
    gapsMs: Array.from(gapsMs),
  }))
  expect(kept).toEqual([
    { requestId: 'c', outcome: 'stream_cut', ttftMs: 100, e2eMs: undefined, gapsMs: [5, 6] },
    { requestId: 'b', outcome: 'ok', ttftMs: 7, e2eMs: 9, gapsMs: [4] },
  ])
})

it('leaves out what no journal can know', () => {
  const last = createLastSamples()
  last.add(sampleOf({ requestId: undefined }))
  expect(last.count).toBe(0)
})
