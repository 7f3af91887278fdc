import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createInstruments } from '../../../../base/instruments.ts'
import { createNativeBuckets } from '../../../../bench/exports/native-buckets.ts'
import { snappyBlock } from '../../../../bench/exports/snappy.ts'
import { encodeWriteRequest } from '../../../../bench/exports/write-request.ts'
import { type Fields, readFields, readSnappy } from './wire.ts'

it('any bytes come out of snappy as they went in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      expect(readSnappy(snappyBlock(bytes))).toEqual(Buffer.from(bytes))
    }),
  )
  for (const size of [65_535, 65_536, 65_537, 200_000]) {
    const bytes = Buffer.alloc(size, 'tokens ')
    expect(readSnappy(snappyBlock(bytes)).equals(bytes)).toBe(true)
  }
})

it('a write request has every series with its labels in order, and each metric’s kind', () => {
  const instruments = createInstruments({ run_id: 'r1' })
  const requests = instruments.counter({ name: 'x_total', help: 'X.', labels: ['outcome'] })
  requests.add(3, 'ok')
  const times = instruments.histogram({ name: 't_seconds', help: 'T.', edges: [0.5] })
  times.observe(0.25)
  times.observe(2)
  const body = encodeWriteRequest({
    families: instruments.families(),
    histograms: [],
    shared: { job: 'j', empty: '' },
    tellsKinds: true,
    wallMs: 1_795_000_000_123.4,
  })
  const request = readFields(body)
  expect(all(request, 1).map(seriesOf)).toEqual([
    ['__name__=x_total job=j outcome=ok run_id=r1', 3, 1_795_000_000_123],
    ['__name__=t_seconds_bucket job=j le=0.5 run_id=r1', 1, 1_795_000_000_123],
    ['__name__=t_seconds_bucket job=j le=+Inf run_id=r1', 2, 1_795_000_000_123],
    ['__name__=t_seconds_sum job=j run_id=r1', 2.25, 1_795_000_000_123],
    ['__name__=t_seconds_count job=j run_id=r1', 2, 1_795_000_000_123],
  ])
  expect(all(request, 3).map(one => [one.get(1)![0], String(one.get(2)![0])])).toEqual([
    [1, 'x_total'],
    [3, 't_seconds'],
  ])
})

it('a native histogram goes as spans and differences', () => {
  const buckets = createNativeBuckets()
  for (const value of [1, 1, 1.02, 4, 4, 4, 0]) buckets.observe(value)
  const body = encodeWriteRequest({
    ...{ families: [], tellsKinds: false, shared: {}, wallMs: 5 },
    histograms: [{ name: 't_seconds', labels: {}, buckets }],
  })
  const [histogram] = all(all(readFields(body), 1)[0]!, 4)
  const numbers = [1, 3, 4, 5, 6, 15].map(field => histogram!.get(field)![0])
  // Signed numbers are twice as large, or one less than that below zero.
  expect(numbers).toEqual([7, 15.02, 10, 1e-6, 1, 5])
  const spans = all(histogram!, 11).map(span => [span.get(1)![0], span.get(2)![0]])
  expect(spans).toEqual([
    [0, 2],
    [2 * 62, 1],
  ])
  const deltas = [...(histogram!.get(12)![0] as Buffer)]
  expect(deltas).toEqual([2 * 2, 2 * 1 - 1, 2 * 2])
})

function all(fields: Fields, field: number): Fields[] {
  return (fields.get(field) ?? []).map(bytes => readFields(bytes as Buffer))
}

function seriesOf(series: Fields) {
  const labels = all(series, 1).map(label => `${label.get(1)![0]}=${label.get(2)![0]}`)
  const [sample] = all(series, 2)
  return [labels.join(' '), sample!.get(1)![0], sample!.get(2)![0]]
}
