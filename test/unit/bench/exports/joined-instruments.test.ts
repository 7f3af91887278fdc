import { expect, it } from 'vitest'
import { createInstruments } from '../../../../base/instruments.ts'
import { joinInstruments } from '../../../../bench/exports/joined-instruments.ts'

function instrumentsOf(side: string, count: number) {
  const instruments = createInstruments({ side })
  instruments.counter({ name: 'asked_total', help: 'Asked.', labels: ['how'] }).add(count, 'well')
  instruments.histogram({ name: 'took_seconds', help: 'Took.', edges: [1] }).observe(count)
  return instruments
}

it('shows each metric once, with the series of all, as they stand', async () => {
  const base = instrumentsOf('base', 2)
  const joined = joinInstruments([base, instrumentsOf('head', 1)])
  expect(joined.families().map(({ name, series }) => [name, series.length])).toEqual([
    ['asked_total', 2],
    ['took_seconds', 8],
  ])
  const registry = await joined.registry()
  const lines = async () => (await registry.metrics()).trimEnd().split('\n')
  expect(await lines()).toEqual([
    '# HELP asked_total Asked.',
    '# TYPE asked_total counter',
    'asked_total{how="well",side="base"} 2',
    'asked_total{how="well",side="head"} 1',
    '',
    '# HELP took_seconds Took.',
    '# TYPE took_seconds histogram',
    'took_seconds_bucket{side="base",le="1"} 0',
    'took_seconds_bucket{side="base",le="+Inf"} 1',
    'took_seconds_sum{side="base"} 2',
    'took_seconds_count{side="base"} 1',
    'took_seconds_bucket{side="head",le="1"} 1',
    'took_seconds_bucket{side="head",le="+Inf"} 1',
    'took_seconds_sum{side="head"} 1',
    'took_seconds_count{side="head"} 1',
  ])
  base.counter({ name: 'more_total', help: 'More.' }).add(3)
  expect(joined.families().at(-1)?.name).toBe('more_total')
})
