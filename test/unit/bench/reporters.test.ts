import { describe, expect, it } from 'vitest'
import { formatHtml } from '../../../bench/reporters/html.ts'
import { formatJson } from '../../../bench/reporters/json.ts'
import { createPanel, panelLines, progressLine, sparkline } from '../../../bench/reporters/live.ts'
import { coloured, plain } from '../../../bench/reporters/paint.ts'
import { roundStep } from '../../../bench/reporters/plot.ts'
import { formatTable } from '../../../bench/reporters/table.ts'
import { sampleOf } from '../../helpers/bench-sample.ts'
import { summaryOf } from '../../helpers/bench-summary.ts'

const some = summaryOf(
  [
    ...Array.from({ length: 140 }, (_, i) => sampleOf({ sentAtMs: i * 50, ttftMs: 100 + i })),
    sampleOf({ outcome: 'http_429', status: 429, detail: 'slow <down>' }),
    sampleOf({ outcome: 'stream_cut' }),
    sampleOf({ outcome: 'open', e2eMs: undefined, censoredMs: 900 }),
  ],
  ['ttft: p(95)<100ms', 'errors: rate<5%'],
)
const none = summaryOf([], ['ttft: p(95)<100ms'])

describe('the summary', () => {
  it('warns of percentiles with too few samples and passes those with enough', () => {
    expect(some.warnings).toContain('TTFT has 141 samples: p99 needs 662.')
  })

  it('without samples has nulls, a missed threshold and says so', () => {
    expect(none.ttftMs).toMatchObject({ count: 0, p50: null, p99: null })
    expect(none.thresholds[0]).toMatchObject({ ok: false, reason: 'no data' })
    expect(none.warnings).toContain('No request ended ok: there is nothing to measure by.')
  })
})

describe('the table', () => {
  it('prints the conservation, the percentiles and the verdicts', () => {
    const text = formatTable(some)
    expect(text).toContain('143 sent = 140 ok + 1 failed + 1 cut + 1 open')
    expect(text).toMatch(/^TTFT +141 +169\.\d +169\.0 +204\.0 +225\.0 +232\.0 +~238\.0/m)
    expect(text).toContain('✗ ttft: p(95)<100ms  was 232 ms, 141 samples')
    expect(text).toContain('✓ errors: rate<5%  was 1.40 %, 143 samples')
    expect(text).toContain('1 http_429  429: slow <down>')
  })

  it('prints a run without data', () => {
    expect(formatTable(none)).toMatch(/^TTFT +0 +– /m)
  })

  it('has colours only where asked', () => {
    expect(formatTable(some, plain)).not.toContain('\u001b')
    expect(formatTable(some, coloured)).toContain('\u001b[1m')
  })
})

it('the JSON is the summary', () => {
  expect(JSON.parse(formatJson(some))).toEqual(JSON.parse(JSON.stringify(some)))
})

describe('the page', () => {
  const page = formatHtml(some)
  it('asks nothing of the network and runs no script', () => {
    expect(page).not.toMatch(/<script|<link|src=|@import|url\(|<iframe/)
    expect(page.match(/https?:\/\/[^\s"<]+/g)).toEqual(['http://127.0.0.1:4010/v1'])
  })
  it('escapes what others wrote', () => {
    expect(page).toContain('&lt;b&gt;model&lt;/b&gt;')
    expect(page).not.toContain('<b>model')
    expect(page).toContain('slow &lt;down&gt;')
  })
  it('describes each plot and has its numbers in a table', () => {
    expect(page.match(/<svg [^>]*role="img"/g)).toHaveLength(7)
    expect(page.match(/<figure>.*?<details>.*?<table.*?<\/figure>/gs)).toHaveLength(7)
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g))
      expect(page).toContain(`id="${id}"`)
    expect(page).not.toMatch(/NaN|Infinity|>undefined|undefined</)
  })
  it('is made without data too', () => {
    expect(formatHtml(none)).toContain('1 of 1 thresholds missed.')
    expect(formatHtml(none)).not.toMatch(/NaN|Infinity|>undefined|undefined</)
  })
})

describe('the live view', () => {
  const progress = {
    phase: 'steady',
    elapsedMs: 4000,
    share: 0.4,
    sent: 20,
    ok: 10,
    failed: 1,
    cut: 0,
    inFlight: 9,
    dropped: 0,
    throttled: 0,
    leftMs: 6000,
    duePerSecond: 5,
    ttftMs: { p50: 200, p95: 210, p99: undefined },
    itlMs: { p50: 20, p95: 21, p99: 22 },
    requestsPerSecond: 2.5,
    outputTokensPerSecond: 160,
    recentTokens: [0, 80, 160],
  } as const
  it('in a log is one line', () => {
    expect(progressLine(progress)).toBe(
      'measure 4 s (40 %) | sent 20 ok 10 failed 1 cut 0 in flight 9 | TTFT p50 200 ms   p95 210 ms   | ITL p50 20 ms    p95 21 ms    | 2.5 requests/s 160 tokens/s',
    )
  })
  it('on a terminal draws over its last, and goes', () => {
    const written: string[] = []
    const panel = createPanel(
      text => written.push(text),
      { url: 'u', model: 'm', limit: 10, isOpen: false },
      plain,
    )
    panel.show(progress)
    panel.show(progress)
    panel.close()
    expect(written[0]).not.toContain('\u001b')
    expect(written[1]?.startsWith('\u001b[7A\u001b[0J')).toBe(true)
    expect(written[2]).toBe('\u001b[7A\u001b[0J')
  })
  it('says how long it will take, how busy it is, and what is dropped', () => {
    const title = { url: 'u', model: 'm', limit: 18, isOpen: true }
    const lines = panelLines({ ...progress, dropped: 3, throttled: 2 }, title)
    expect(lines).toEqual([
      'bench  u  m  open loop',
      'measure  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 40 %  4 s, 6 s left',
      'sent  20  ok 10  failed 1  cut 0  dropped 3  throttled 2',
      'busy  ▪▪▪▪▪▪▪······· 9 of 18 in flight',
      'TTFT  p50 200 ms    p95 210 ms    p99 –       ',
      'ITL   p50 20 ms     p95 21 ms     p99 22 ms   ',
      'rate  5.0 due/s  2.5 requests/s  160 tokens/s  ▁▅█',
    ])
  })
  it('draws bars', () => {
    expect(sparkline([0, 80, 160])).toBe('▁▅█')
  })
})

it.each([
  [0.3, 0.5],
  [1, 1],
  [2.1, 2.5],
  [26, 50],
  [90, 100],
])('the round step for %s is %s', (step, round) => {
  expect(roundStep(step)).toBe(round)
})
