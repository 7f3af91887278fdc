import { expect, it } from 'vitest'
import { createInstruments } from '../../../../base/instruments.ts'
import { createNativeBuckets } from '../../../../bench/exports/native-buckets.ts'
import { encodePage, takesProtobuf } from '../../../../bench/exports/protobuf-page.ts'
import { type Fields, readFields, readVarint } from './wire.ts'

it('is given to those who ask for it', () => {
  expect(takesProtobuf('application/vnd.google.protobuf;proto=x;q=0.5,text/plain')).toBe(true)
  expect([takesProtobuf('text/plain'), takesProtobuf(undefined)]).toEqual([false, false])
})

it('has each family, with its fixed buckets and its native ones', () => {
  const instruments = createInstruments({ run_id: 'r1' })
  instruments.counter({ name: 'x_total', help: 'X.', labels: ['outcome'] }).add(3, 'ok')
  instruments.gauge({ name: 'g', help: 'G.' }).set(-0.5)
  const of = instruments.histograms({ name: 't_seconds', help: 'T.', edges: [1.5], labels: ['a'] })
  of('one').observe(1)
  of('two').observe(4)
  of('two').observe(1)
  const buckets = createNativeBuckets()
  buckets.observe(1)

  const plain = familiesOf(encodePage(instruments.families(), []))
  expect(plain.map(one => [...[1, 2, 3].map(field => String(one.get(field)![0]))])).toEqual([
    ['x_total', 'X.', '0'],
    ['g', 'G.', '1'],
    ['t_seconds', 'T.', '4'],
  ])
  const [counter, gauge, times] = plain.map(one => all(one, 4))
  expect(labelsOf(counter![0]!)).toEqual(['outcome=ok', 'run_id=r1'])
  expect([all(counter![0]!, 3), all(gauge![0]!, 2)].map(([value]) => value!.get(1))).toEqual([
    [3],
    [-0.5],
  ])
  expect(times!.map(one => [...labelsOf(one), ...fixedOf(one)])).toEqual([
    ['a=one', 'run_id=r1', '1 1', '1<1.5', '1<Infinity'],
    ['a=two', 'run_id=r1', '2 5', '1<1.5', '2<Infinity'],
  ])

  const natives = [{ name: 't_seconds', labels: {}, buckets }]
  const [first] = all(familiesOf(encodePage(instruments.families(), natives))[2]!, 4)
  const [histogram] = all(first!, 7)
  // Schema 5 as a signed number; a bucket that ends at 1.
  expect([histogram!.get(5), all(histogram!, 12)[0]!.get(2)]).toEqual([[10], [1]])
  expect(fixedOf(first!)).toEqual(['1 1', '1<1.5', '1<Infinity'])
})

function familiesOf(page: Buffer): Fields[] {
  const families: Fields[] = []
  for (let at = 0; at < page.length; ) {
    const size = readVarint(page, at)
    at = size.at + size.value
    families.push(readFields(page.subarray(size.at, at)))
  }
  return families
}

function all(fields: Fields, field: number): Fields[] {
  return (fields.get(field) ?? []).map(bytes => readFields(bytes as Buffer))
}

function labelsOf(metric: Fields): string[] {
  return all(metric, 1).map(label => `${label.get(1)![0]}=${label.get(2)![0]}`)
}

function fixedOf(metric: Fields): string[] {
  const [histogram] = all(metric, 7)
  const buckets = all(histogram!, 3).map(one => `${one.get(1)![0]}<${one.get(2)![0]}`)
  return [`${histogram!.get(1)![0]} ${histogram!.get(2)![0]}`, ...buckets]
}
