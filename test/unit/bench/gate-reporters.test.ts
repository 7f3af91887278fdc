import { describe, expect, it } from 'vitest'
import { annotation } from '../../../base/github.ts'
import type { Comparison, Row } from '../../../bench/compare/comparison.ts'
import {
  type Check,
  checksOfComparison,
  checksOfRun,
  outcomeOfAll,
} from '../../../bench/reporters/checks.ts'
import { comparisonMarkdown } from '../../../bench/reporters/comparison-markdown.ts'
import { formatComparison } from '../../../bench/reporters/comparison-table.ts'
import { formatAnnotations } from '../../../bench/reporters/github.ts'
import { formatJunit } from '../../../bench/reporters/junit.ts'
import { formatMarkdown } from '../../../bench/reporters/markdown.ts'
import { sampleOf } from '../../helpers/bench-sample.ts'
import { summaryOf } from '../../helpers/bench-summary.ts'

const slower: Row = {
  metric: 'ttft',
  percentile: 95,
  title: 'TTFT p95',
  isJudged: true,
  base: 200,
  head: 220,
  difference: { value: 20, low: 12, high: 28 },
  change: { value: 0.1, low: 0.06, high: 0.14 },
  tolerance: 10,
  samples: { base: 500, head: 480, needed: 130 },
  verdict: 'worse',
  reason: null,
}
const errors: Row = {
  ...slower,
  metric: 'errors',
  percentile: null,
  title: 'errors',
  base: 0,
  head: 0.004,
  difference: { value: 0.004, low: -0.002, high: 0.01 },
  change: null,
  verdict: 'same',
}
const thin: Row = {
  ...slower,
  title: 'E2E p99',
  metric: 'e2e',
  isJudged: false,
  difference: null,
  change: null,
  base: null,
  verdict: 'inconclusive',
  reason: 'no data of base',
}
const comparison: Comparison = {
  verdict: 'worse',
  says: 'Head is worse than base: TTFT p95.',
  isPaired: true,
  tolerance: { ratio: 0.05, floorMs: 0.5 },
  confidence: 0.99,
  blocks: { base: 20, head: 20 },
  rows: [slower, errors, thin],
  warnings: ['They differ in the model: base a|b, head c.'],
}
const names = { base: 'http://b/v1', head: 'http://h/v1' }

describe('a comparison', () => {
  it('as a table', () => {
    expect(formatComparison(comparison, names)).toBe(`
base  http://b/v1
head  http://h/v1

              base      head                   difference  samples
TTFT p95  200.0 ms  220.0 ms        +10.0 % [+6.0, +14.0]  500/480  worse
errors      0.00 %    0.40 %  +0.40 points [−0.20, +1.00]  500/480  same
not judged:
E2E p99          –  220.0 ms                            –  500/480  inconclusive

worse  Head is worse than base: TTFT p95.
Intervals at 99.0 %, measured by turns in 20 rounds; tolerance 5 %, at least 0.5 ms.
  ! They differ in the model: base a|b, head c.
`)
  })

  it('as Markdown, with nothing in it that could be markup', () => {
    const text = comparisonMarkdown(comparison, { ...names, head: '<img src=x>' })
    expect(text).toContain('## Head is worse than base: TTFT p95.\n')
    expect(text).toContain('head: \\<img src=x\\>')
    expect(text).toContain(
      '| TTFT p95 | 200.0 ms | 220.0 ms | +10.0 % \\[+6.0, +14.0\\] | 500/480 | ❌ worse |',
    )
    expect(text).toContain('| (E2E p99) | – | 220.0 ms | – | 500/480 | ❔ no data of base |')
    expect(text).toContain('base a\\|b, head c.')
    expect(text).toContain('- TTFT: Send to first chunk with content')
  })

  it('as checks: what is not judged is none', () => {
    expect(checksOfComparison(comparison)).toEqual([
      {
        title: 'TTFT p95 against base',
        outcome: 'missed',
        says: 'TTFT p95: 200.0 ms → 220.0 ms, +10.0 % [+6.0, +14.0], worse',
      },
      {
        title: 'errors against base',
        outcome: 'passed',
        says: 'errors: 0.00 % → 0.40 %, +0.40 points [−0.20, +1.00], same',
      },
    ])
  })

  it('with a fault of the whole has a check for it', () => {
    const says = 'Nothing can be concluded: head was interrupted.'
    const checks = checksOfComparison({ ...comparison, verdict: 'inconclusive', says })
    expect(checks.at(-1)).toEqual({ title: 'comparison', outcome: 'inconclusive', says })
  })
})

describe('a run', () => {
  const samples = Array.from({ length: 10 }, (_, index) => sampleOf({ index, sentAtMs: index }))

  it('has a check for each threshold', () => {
    expect(checksOfRun(summaryOf(samples, ['ttft: p(50)<200ms', 'ttft: max<1ms']))).toEqual([
      { title: 'ttft: p(50)<200ms', outcome: 'passed', says: 'it was 100 ms, from 10 samples' },
      { title: 'ttft: max<1ms', outcome: 'missed', says: 'it was 100 ms, from 10 samples' },
    ])
  })

  it('without a request that ended ok misses where something was asked, and tells nothing else', () => {
    const failed = samples.map(sample => ({ ...sample, outcome: 'http_5xx' as const }))
    const asked = checksOfRun(summaryOf(failed, ['errors: rate<=100%']))
    expect(asked.at(-1)).toEqual({
      title: 'data',
      outcome: 'missed',
      says: 'of 10 requests none ended ok',
    })
    expect(outcomeOfAll(checksOfRun(summaryOf(failed)))).toBe('inconclusive')
    expect(outcomeOfAll(checksOfRun(summaryOf([])))).toBe('inconclusive')
  })

  it('with counts that do not add up is inconclusive', () => {
    const summary = summaryOf(samples)
    const counts = { ...summary.counts, sent: 11 }
    expect(checksOfRun({ ...summary, counts })).toEqual([
      {
        title: 'counts',
        outcome: 'inconclusive',
        says: '11 sent, but 10 ok, 0 failed, 0 cut and 0 open',
      },
    ])
  })

  it('that is invalid neither keeps a limit nor misses one', () => {
    const summary = summaryOf(samples, ['ttft: max<1s', 'ttft: max<1ms'])
    const truth = { ...summary.truth, invalid: ['The generator was busy all the time.'] }
    const checks = checksOfRun({ ...summary, truth })
    expect(checks.map(({ title, outcome, says }) => [title, outcome, says])).toEqual([
      ['ttft: max<1s', 'inconclusive', 'it was 100 ms, from 10 samples: the run is invalid'],
      ['ttft: max<1ms', 'inconclusive', 'it was 100 ms, from 10 samples: the run is invalid'],
      ['validity', 'inconclusive', 'The generator was busy all the time'],
    ])
    expect(outcomeOfAll(checks)).toBe('inconclusive')
  })

  it('as Markdown shows limits, the comparison, times and what to mind', () => {
    const summary = summaryOf(samples, ['ttft: max<1ms'])
    const against = {
      url: 'http://b/v1',
      rounds: 20,
      turnMs: 1,
      comparison,
      base: summary,
    }
    const text = formatMarkdown({ ...summary, against })
    expect(text).toContain('| ❌ ttft: max\\<1ms | it was 100 ms, from 10 samples |')
    expect(text).toContain('### Head is worse than base: TTFT p95.')
    expect(text).toMatch(/^\| TTFT \| 10 \| 100\.0 \| 100\.0 \|/m)
    expect(text).toContain('10 sent = 10 ok + 0 failed + 0 cut + 0 open')
    expect(text).toContain('\\<b\\>model')
  })
})

describe('checks', () => {
  const checks: readonly Check[] = [
    { title: 'a: max<1', outcome: 'missed', says: 'it was 2' },
    { title: 'b', outcome: 'inconclusive', says: '5 % of\nit' },
    { title: 'c', outcome: 'passed', says: 'fine' },
  ]

  it('as JUnit', () => {
    expect(
      formatJunit('tokadence bench', checks, { atMs: 0, seconds: 1.5 }),
    ).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tokadence bench" tests="3" failures="2" errors="0">
  <testsuite name="tokadence bench" tests="3" failures="2" errors="0" skipped="0" time="1.5" timestamp="1970-01-01T00:00:00">
    <testcase classname="tokadence.bench" name="a: max&lt;1" time="0">
      <failure type="missed" message="it was 2">it was 2.</failure>
    </testcase>
    <testcase classname="tokadence.bench" name="b" time="0">
      <failure type="inconclusive" message="5 % of
it">5 % of
it.</failure>
    </testcase>
    <testcase classname="tokadence.bench" name="c" time="0">
      <system-out>fine</system-out>
    </testcase>
  </testsuite>
</testsuites>
`)
    expect(formatJunit('x', [], { atMs: 0 })).toContain('tests="1" failures="0"')
  })

  it('as annotations', () => {
    expect(formatAnnotations(checks)).toBe(
      '::error title=a%3A max<1::it was 2.\n::warning title=b::5 %25 of%0Ait.\n',
    )
    expect(annotation('notice', 'a,b', 'x\r')).toBe('::notice title=a%2Cb::x%0D\n')
  })

  it('of which one is missed are missed', () => {
    expect(outcomeOfAll(checks)).toBe('missed')
    expect(outcomeOfAll(checks.slice(1))).toBe('inconclusive')
    expect(outcomeOfAll(checks.slice(2))).toBe('passed')
    expect(outcomeOfAll([])).toBe('passed')
  })
})
