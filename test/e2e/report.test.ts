/** The HTML report of a real load run, in a real browser. SCREENSHOTS=FOLDER keeps the pictures. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runBench, type Summary } from '../../bench/index.ts'
import { formatHtml } from '../../bench/reporters/html.ts'
import { inner, plotWidth } from '../../bench/reporters/plot.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { sampleOf } from '../helpers/bench-sample.ts'
import { summaryOf } from '../helpers/bench-summary.ts'
import {
  type Browser,
  type Colour,
  isChromiumMissing,
  type OpenPage,
  pixelsOff,
  type Region,
  startChromium,
} from '../helpers/chromium.ts'
import { takePicture } from '../helpers/pictures.ts'
import { expectContrast, expectLandmarks, schemes } from '../helpers/readable-page.ts'

const isSkipped = isChromiumMissing && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write('Skipped: chromium is not installed.\n')

const label = 'Tuesday <b>&amp; "all" of it'
const wide = { width: 1280, height: 900 }

describe.skipIf(isSkipped)('the report in Chromium', () => {
  let folder: string
  let browser: Browser
  let summary: Summary
  let report: OpenPage
  let page: Page

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokadence-report-'))
    summary = await benchRun()
    browser = await startChromium(folder)
    report = await open('report', summary)
    page = report.page
  }, 120_000)

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function open(name: string, of: Summary): Promise<OpenPage> {
    const path = join(folder, `${name}.html`)
    await writeFile(path, formatHtml(of))
    return await browser.open(path)
  }

  test('it asks the network for nothing and complains of nothing', () => {
    expect(report.requested).toEqual([])
    expect(report.complaints).toEqual([])
  })

  test('what a page does ask for or complain of would be seen', async () => {
    const path = join(folder, 'curious.html')
    const outside = 'http://127.0.0.1:9/x.png'
    await writeFile(path, `<img src="${outside}"><script>nothing()</script>`)
    const { page: curious, requested, complaints } = await browser.open(path)
    expect(requested).toEqual([outside])
    expect(complaints).toContain('nothing is not defined')
    await curious.close()
  })

  test('its headings say what is there, the run’s name first', async () => {
    expect(await page.title()).toBe(`${label} – tokadence bench`)
    expect(await page.locator('h1').allTextContents()).toEqual([label])
    expect(await page.locator('h2').allTextContents()).toEqual([
      'Mind',
      'At a glance medians',
      'Requests',
      'Plots',
      'Single requests',
      'Times',
      'Thresholds',
      'What the words mean here',
      'Setting',
    ])
  })

  test('the sum of the requests, the times and the verdicts are those of the summary', async () => {
    const { counts, thresholds } = summary
    expect(await page.locator('.sum').innerText()).toBe(
      `${counts.sent} sent = ${counts.ok} ok + ${counts.failed} failed + ${counts.cut} cut + ${counts.open} open`,
    )
    const times = await cellsOf(page, 'Times in milliseconds')
    expect(times.map(([name]) => name)).toEqual(['TTFB', 'TTFT', 'ITL', 'TPOT', 'E2E'])
    for (const [name = '', ...cells] of times) {
      const stats = summary[`${name.toLowerCase() as 'ttft'}Ms`]
      const { count, mean, p50, p75, p90, p95, p99, p999, max } = stats
      const expected = [count, mean, p50, p75, p90, p95, p99, p999, max].map(value => value!)
      const shown = cells.map(text => Number(text.replace('~', '')))
      expect(shown).toHaveLength(expected.length)
      for (const [i, value] of expected.entries()) {
        expect(Math.abs(shown[i]! - value), `${name} ${i}`).toBeLessThan(0.051) // one digit
      }
    }
    const verdicts = await cellsOf(page, 'Thresholds')
    expect(verdicts.map(cells => cells.slice(0, 2))).toEqual([
      ['✓ met', thresholds[0]!.text],
      ['✗ missed', thresholds[1]!.text],
    ])
    expect(await page.getByRole('status').innerText()).toBe('1 of 2 thresholds missed.')
    const setting = Object.fromEntries(await cellsOf(page, 'How and where it was run'))
    expect(setting).toMatchObject({
      Node: process.version,
      prompts: expect.stringContaining('seed'),
    })
  })

  test.each(schemes)('all plots have drawn something, in the %s scheme', async scheme => {
    await page.emulateMedia({ colorScheme: scheme })
    const card = colourOf(
      await page
        .locator('figure')
        .first()
        .evaluate(
          figure => figure.ownerDocument.defaultView.getComputedStyle(figure).backgroundColor,
        ),
    )
    const plots = await page.locator('.plots').getByRole('img').all()
    expect(plots).toHaveLength(6)
    const regions = await Promise.all(plots.map(insideOf))
    const counts = await pixelsOff(page, await page.screenshot({ fullPage: true }), regions, {
      from: card,
      by: 150,
    })
    expect(counts).toHaveLength(6)
    expect(Math.min(...counts), counts.join()).toBeGreaterThan(150)
  })

  test('light and dark look different, and each is what it says', async () => {
    const brightness: number[] = []
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme })
      await takePicture(page, scheme)
      const body = await page
        .locator('body')
        .evaluate(
          element => element.ownerDocument.defaultView.getComputedStyle(element).backgroundColor,
        )
      brightness.push(colourOf(body).reduce((sum, level) => sum + level, 0) / 3 / 255)
      const corner = [{ x: 0, y: 0, width: 20, height: 20 }]
      const pixels = await pixelsOff(page, await page.screenshot(), corner, {
        from: colourOf(body),
        by: 1,
      })
      expect(pixels).toEqual([0])
    }
    expect(brightness[0]).toBeGreaterThan(0.9)
    expect(brightness[1]).toBeLessThan(0.2)
  })

  test.each([390, 320])(
    'at %i pixels it does not scroll sideways, and its words can be read',
    async width => {
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize({ width, height: 844 })
      for (const details of await page.locator('details').all()) {
        await details.evaluate(element => {
          element.open = true
        })
      }
      const { scrollWidth, tooWide } = await page.locator('html').evaluate(root => ({
        scrollWidth: root.scrollWidth,
        // Wide tables scroll in themselves.
        tooWide: [...root.querySelectorAll('body *:not(.scroll *)')]
          .filter(element => element.getBoundingClientRect().right > root.clientWidth + 1)
          .map(element => element.outerHTML.slice(0, 80)),
      }))
      expect(scrollWidth).toBe(width)
      expect(tooWide).toEqual([])
      const heights = await page
        .locator('svg text.tick')
        .evaluateAll(texts => texts.map(text => text.getBoundingClientRect().height))
      expect(Math.min(...heights)).toBeGreaterThan(8)
      await page.locator('details').evaluateAll(all => {
        for (const element of all) element.open = false
      })
      if (width === 390) await takePicture(page, 'narrow')
      await page.setViewportSize(wide)
    },
  )

  test('it can be read by those who do not see it: language, headings, names, tables', async () => {
    await expectLandmarks(page)
    const levels = await page
      .locator('h1, h2, h3, h4, h5, h6')
      .evaluateAll(headings => headings.map(({ tagName }) => Number(tagName.slice(1))))
    expect(levels[0]).toBe(1)
    expect(levels.filter(level => level === 1)).toHaveLength(1)
    for (const [i, level] of levels.entries()) {
      if (i > 0) expect(level).toBeLessThanOrEqual(levels[i - 1]! + 1)
    }

    const ids = await page.locator('[id]').evaluateAll(elements => elements.map(({ id }) => id))
    expect(ids).toEqual([...new Set(ids)])
    for (const [name, count] of [
      [/over the run/, 4],
      [/\d+ (samples|values): median [\d.]+ ms/, 2],
      [/within a time: TTFT [\d.]+ ms for half/, 1],
      [/From due to end of single requests\. slowest #\d+: [\d.]+ ms/, 1],
    ] as const) {
      expect(await page.getByRole('img', { name }).count(), String(name)).toBe(count)
    }

    // The plots' tables are folded away.
    const tables = page.locator('table')
    expect(await tables.count()).toBeGreaterThanOrEqual(9) // 10 when requests were open at the end
    for (const table of await tables.all()) {
      expect(await table.locator('caption').textContent()).toMatch(/\w{3}/)
      const { columns, rows, bare } = await table.evaluate(element => ({
        columns: element.querySelectorAll('thead th[scope=col]').length,
        rows: element.querySelectorAll('tbody tr').length,
        bare: [...element.querySelectorAll('tbody tr')].filter(
          row => !row.querySelector('th[scope=row]'),
        ).length,
      }))
      expect(columns).toBeGreaterThan(1)
      expect(rows).toBeGreaterThan(0)
      expect(bare).toBe(0)
    }
  })

  test.each(schemes)(
    'all text stands out from what is behind it, in the %s scheme',
    async scheme => {
      await page.emulateMedia({ colorScheme: scheme })
      await expectContrast(page, 150)
    },
  )

  test('on paper it is dark on white, whatever the screen’s scheme', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await takePicture(page, 'print')
    await expectContrast(page, 100)
    expect(await page.locator('details').first().isVisible()).toBe(false)
    await page.emulateMedia({ media: 'screen' })
  })

  test('what failed, was cut or stayed open is shown, in numbers and in red', async () => {
    const { page: bad, complaints } = await open('bad', failedRun())
    expect(await bad.locator('.sum').innerText()).toBe(
      '300 sent = 210 ok + 45 failed + 30 cut + 15 open 45 throttled',
    )
    expect(await cellsOf(bad, 'How requests ended that did not end ok')).toEqual([
      ['http_429', '45', '429: Rate limit reached'],
      ['stream_cut', '30', '200: ended without [DONE]'],
      ['open', '15', 'still streaming when the run ended'],
    ])
    const reds = bad.locator('svg .bar-bad')
    expect(await reds.count()).toBeGreaterThan(3)
    expect(await reds.first().evaluate(bar => bar.getBoundingClientRect().height)).toBeGreaterThan(
      1,
    )
    await takePicture(bad, 'bad')
    await bad.close()
    expect(complaints).toEqual([])
  })

  test('a run without a single answer is a report without plots that says so', async () => {
    const refused = Array.from({ length: 5 }, (_, i) =>
      sampleOf({
        sentAtMs: i,
        outcome: 'http_5xx',
        status: 503,
        ttftMs: undefined,
        gapsMs: [],
        contentChunks: 0,
      }),
    )
    const { page: none, complaints } = await open('none', summaryOf(refused))
    expect(await none.getByRole('status').innerText()).toBe('No request ended ok.')
    expect(await none.getByRole('img').count()).toBe(0)
    expect(await none.locator('main').innerText()).not.toMatch(
      /NaN|null|Infinity|\bundefined(?! below 2 tokens)/,
    )
    await takePicture(none, 'none')
    await none.close()
    expect(complaints).toEqual([])
  })
})

async function benchRun(): Promise<Summary> {
  await using mock = await createMockServer({
    ttft: 'lognormal(p50=60ms,p95=140ms)',
    itl: 'lognormal(p50=6ms,p95=14ms)',
    tokens: 'uniform(8,40)',
  })
  return await runBench({
    url: mock.url,
    connections: 8,
    warmup: '500ms',
    duration: '3s',
    label,
    threshold: ['ttft: p(50)<20s', 'ttft: p(50)<1ms'],
    invalid: 'warn', // this machine may have other work
  })
}

/** Ten seconds of made-up traffic that goes wrong more and more. */
function failedRun(): Summary {
  const nothing = { ttftMs: undefined, tpotMs: undefined, gapsMs: [], contentChunks: 0 }
  const samples = Array.from({ length: 300 }, (_, i) => {
    const sentAtMs = i * 33
    const ttftMs = 80 + ((i * 37) % 90)
    if (i >= 285) return sampleOf({ sentAtMs, outcome: 'open', ttftMs, e2eMs: undefined })
    if (i % 19 < 3 && i < 285) {
      return sampleOf({
        ...nothing,
        sentAtMs,
        outcome: 'http_429',
        status: 429,
        detail: 'Rate limit reached',
      })
    }
    const isCut = i % 19 > 16
    const detail = isCut ? 'ended without [DONE]' : undefined
    return sampleOf({ sentAtMs, ttftMs, outcome: isCut ? 'stream_cut' : 'ok', detail })
  })
  return summaryOf(samples, ['errors: rate<1%'])
}

/** The texts of a table's rows, its head not among them. */
async function cellsOf(page: Page, caption: string): Promise<string[][]> {
  const rows = page.getByRole('table', { name: caption, exact: true }).locator('tbody tr')
  const texts: string[][] = await rows.evaluateAll(all =>
    all.map(row => [...row.cells].map(cell => cell.textContent)),
  )
  return texts.map(cells => cells.map(text => text.replaceAll('\u202f', '')))
}

/** Where a plot draws, in pixels of the page: without its axes and their words. */
async function insideOf(plot: Locator): Promise<Region> {
  const { x, y, width } = (await plot.boundingBox())!
  const scale = width / plotWidth
  return {
    x: x + (inner.left + 2) * scale,
    y: y + (inner.top + 2) * scale,
    width: (inner.width - 4) * scale,
    height: (inner.height - 4) * scale,
  }
}

/** Of the browser's `rgb(251, 250, 247)`. */
function colourOf(text: string): Colour {
  const [red = 0, green = 0, blue = 0] = (text.match(/\d+/g) ?? []).map(Number)
  return [red, green, blue]
}
