import { expect, test } from 'vitest'
import { createInstruments } from '../../../base/instruments.ts'

async function exposition(instruments: ReturnType<typeof createInstruments>): Promise<string> {
  return (await instruments.registry()).metrics()
}

test('the exposition has help, type and every series, histograms cumulative', async () => {
  const instruments = createInstruments({ site: 'here' })
  const requests = instruments.counter({
    name: 'x_requests_total',
    help: 'Requests.',
    labels: ['endpoint', 'status'],
  })
  const temperature = instruments.gauge({ name: 'x_temperature', help: 'Degrees.' })
  let active = 3
  instruments.reading({ name: 'x_active', help: 'Active.' }, () => active)
  const wait = instruments.histogram({
    name: 'x_wait_seconds',
    help: 'Wait.',
    edges: [0.1, 1, 10],
  })

  requests.add(1, 'chat', '200')
  requests.add(2, 'chat', '200')
  requests.add(1, 'chat', '429')
  temperature.set(21.5)
  for (const seconds of [0.05, 0.1, 0.5, 0.5, 20]) wait.observe(seconds)
  active = 4

  expect(await exposition(instruments)).toBe(
    [
      '# HELP x_requests_total Requests.',
      '# TYPE x_requests_total counter',
      'x_requests_total{endpoint="chat",status="200",site="here"} 3',
      'x_requests_total{endpoint="chat",status="429",site="here"} 1',
      '',
      '# HELP x_temperature Degrees.',
      '# TYPE x_temperature gauge',
      'x_temperature{site="here"} 21.5',
      '',
      '# HELP x_active Active.',
      '# TYPE x_active gauge',
      'x_active{site="here"} 4',
      '',
      '# HELP x_wait_seconds Wait.',
      '# TYPE x_wait_seconds histogram',
      'x_wait_seconds_bucket{site="here",le="0.1"} 2',
      'x_wait_seconds_bucket{site="here",le="1"} 4',
      'x_wait_seconds_bucket{site="here",le="10"} 4',
      'x_wait_seconds_bucket{site="here",le="+Inf"} 5',
      'x_wait_seconds_sum{site="here"} 21.15',
      'x_wait_seconds_count{site="here"} 5',
      '',
    ].join('\n'),
  )
})

test('a counter without labels exists before its first count, one with labels does not', async () => {
  const instruments = createInstruments()
  instruments.counter({ name: 'plain_total', help: 'P.' })
  instruments.counter({ name: 'labelled_total', help: 'L.', labels: ['kind'] })
  const text = await exposition(instruments)
  expect(text).toContain('\nplain_total 0\n')
  expect(text).not.toMatch(/^labelled_total/m)
})

test('series gives a hot path the very number that value and the exposition show', async () => {
  const instruments = createInstruments()
  const tokens = instruments.counter({ name: 'tokens_total', help: 'T.', labels: ['kind'] })
  const output = tokens.series('output')
  output.value += 41
  tokens.add(1, 'output')
  expect(tokens.value('output')).toBe(42)
  expect(await exposition(instruments)).toContain('tokens_total{kind="output"} 42\n')
})

test('label values are escaped as the format asks', async () => {
  const instruments = createInstruments()
  instruments.counter({ name: 'odd_total', help: 'O.', labels: ['text'] }).add(1, 'a"b\\c\nd')
  expect(await exposition(instruments)).toContain('odd_total{text="a\\"b\\\\c\\nd"} 1\n')
})

test('an instrument that is made after the first exposition shows in the next', async () => {
  const instruments = createInstruments()
  instruments.counter({ name: 'first_total', help: '1.' })
  await exposition(instruments)
  instruments.counter({ name: 'second_total', help: '2.' }).add(5)
  expect(await exposition(instruments)).toContain('\nsecond_total 5\n')
})

test('a name is taken once', () => {
  const instruments = createInstruments()
  instruments.counter({ name: 'twice_total', help: 'T.' })
  expect(() => instruments.gauge({ name: 'twice_total', help: 'T.' })).toThrow(
    'The instrument twice_total is defined twice.',
  )
})

test('definitions list every instrument with its type, for documents and dashboards', () => {
  const instruments = createInstruments()
  instruments.counter({ name: 'a_total', help: 'A.', labels: ['x'] })
  instruments.histogram({ name: 'b_seconds', help: 'B.', edges: [1] })
  const listed = instruments.definitions.map(({ name, type, labels }) => ({ name, type, labels }))
  expect(listed).toEqual([
    { name: 'a_total', type: 'counter', labels: ['x'] },
    { name: 'b_seconds', type: 'histogram', labels: undefined },
  ])
})

test('readings and histograms with labels have a series for each combination', async () => {
  const instruments = createInstruments({ site: 'here' })
  instruments.readings({ name: 'x_limit', help: 'Limits.', labels: ['limit'] }, () => [
    [3, 'rpm'],
    [4, 'tpm'],
  ])
  const wait = instruments.histograms({
    name: 'x_wait_seconds',
    help: 'Waits.',
    labels: ['model', 'engine'],
    edges: [1],
  })
  wait('a', '0').observe(0.5)
  wait('b', '0').observe(2)
  wait('a', '0').observe(1)
  expect((await exposition(instruments)).trim()).toBe(
    [
      '# HELP x_limit Limits.',
      '# TYPE x_limit gauge',
      'x_limit{limit="rpm",site="here"} 3',
      'x_limit{limit="tpm",site="here"} 4',
      '',
      '# HELP x_wait_seconds Waits.',
      '# TYPE x_wait_seconds histogram',
      'x_wait_seconds_bucket{model="a",engine="0",site="here",le="1"} 2',
      'x_wait_seconds_bucket{model="a",engine="0",site="here",le="+Inf"} 2',
      'x_wait_seconds_sum{model="a",engine="0",site="here"} 1.5',
      'x_wait_seconds_count{model="a",engine="0",site="here"} 2',
      'x_wait_seconds_bucket{model="b",engine="0",site="here",le="1"} 0',
      'x_wait_seconds_bucket{model="b",engine="0",site="here",le="+Inf"} 1',
      'x_wait_seconds_sum{model="b",engine="0",site="here"} 2',
      'x_wait_seconds_count{model="b",engine="0",site="here"} 1',
    ].join('\n'),
  )
})
