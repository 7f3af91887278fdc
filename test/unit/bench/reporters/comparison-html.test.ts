import { expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { compareEvidence } from '../../../../bench/compare/comparison.ts'
import { drawBlocks, evidenceOfBlocks } from '../../../../bench/compare/evidence.ts'
import { metricsOf } from '../../../../bench/compare/metric.ts'
import { createSeries } from '../../../../bench/compare/series.ts'
import { formatComparisonHtml } from '../../../../bench/reporters/comparison-html.ts'
import { intervalFigure } from '../../../../bench/reporters/interval-figure.ts'
import type { Sample } from '../../../../bench/sample.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { settingOf, summaryOf } from '../../../helpers/bench-summary.ts'

const samplesOf = (medianMs: number): readonly Sample[] =>
  Array.from({ length: 200 }, (_, index) =>
    sampleOf({ index, sentAtMs: index * 40, ttftMs: medianMs + ((index * 37) % 11) }),
  )
const [fast, slow] = [samplesOf(100), samplesOf(130)]
const question = {
  judged: metricsOf(['ttft:p50']),
  shown: metricsOf(['e2e:p95']),
  tolerance: { ratio: 0.05, floorMs: 0.5 },
  isPaired: false,
}

function evidenceOf(samples: readonly Sample[]) {
  const series = createSeries()
  for (const sample of samples) series.record(sample)
  const blocks = series.blocks()
  return evidenceOfBlocks(blocks, drawBlocks(blocks.length, createRandom('draws')))
}

function pageOf(base: readonly Sample[], head: readonly Sample[], label: string | null = null) {
  const comparison = compareEvidence(evidenceOf(base), evidenceOf(head), question)
  const run = { ...settingOf([]).run, label }
  return formatComparisonHtml(
    { comparison, base: summaryOf(base), head: summaryOf(head, [], { run }) },
    { base: '/runs/a.ndjson', head: '/runs/b.ndjson' },
  )
}

it('is named after the files, or after what the runs were called', () => {
  expect(pageOf(fast, slow)).toContain('<h1>b.ndjson against a.ndjson</h1>')
  expect(pageOf(fast, slow, '<new>')).toContain('<h1>&lt;new&gt; against a.ndjson</h1>')
})

it('says what differs, in a table and in a picture, in the colour of its verdict', () => {
  const page = pageOf(fast, slow)
  expect(page).toContain('<p class="verdict bad">Head is worse than base: TTFT p50.</p>')
  expect(page).toContain('<th scope="row">TTFT p50</th><td>105.0 ms</td><td>135.0 ms</td>')
  expect(page).toContain('<td>✗ worse</td>')
  expect(page).toMatch(/<g class="verdict-worse"><title>TTFT p50: \+28\.6 % /)
  expect(pageOf(fast, fast)).toMatch(/<g class="verdict-same"><title>TTFT p50: \+0\.0 % /)
  expect(page).toMatch(/<g class="verdict-\w+ unjudged"><title>E2E p95/)
})

it('of runs that were made apart shows their throughput, too', () => {
  expect(pageOf(fast, slow)).toContain('Output tokens a second over the run')
})

it('has no picture of differences where there are none', () => {
  const failed = Array.from({ length: 40 }, (_, i) =>
    sampleOf({ index: i, outcome: 'http_5xx', ttftMs: undefined, gapsMs: [], contentChunks: 0 }),
  )
  const comparison = compareEvidence(evidenceOf(failed), evidenceOf(failed), question)
  expect(intervalFigure(comparison)).toBe('')
  const page = pageOf(failed, failed)
  expect(page).not.toMatch(/NaN|Infinity/)
  expect(page).toContain('TTFT p50: no data of either side')
})
