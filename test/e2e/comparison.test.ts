/** Pages with a comparison and with scenarios, of real runs, in a real browser. SCREENSHOTS=FOLDER keeps the pictures. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Comparison } from '../../bench/compare/comparison.ts'
import { differenceText, valueText } from '../../bench/reporters/comparison-words.ts'
import { command as bench } from '../../cli/bench.ts'
import { command as compare } from '../../cli/compare.ts'
import { createMockServer } from '../../mock-server/index.ts'
import {
  type Browser,
  isChromiumMissing,
  type OpenPage,
  startChromium,
} from '../helpers/chromium.ts'
import { takePicture } from '../helpers/pictures.ts'
import {
  expectContrast,
  expectLandmarks,
  expectNoSidewaysScroll,
  schemes,
} from '../helpers/readable-page.ts'
import { runCommand } from '../helpers/run-command.ts'

const isSkipped = isChromiumMissing && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write('Skipped: chromium is not installed.\n')

const scenarios = `scenarios:
  - {name: chat, weight: 3}
  - {name: search, endpoint: embeddings}
`

describe.skipIf(isSkipped)('pages that compare, in Chromium', () => {
  let folder: string
  let browser: Browser
  let comparison: Comparison
  const pages = {} as Record<'against' | 'compare', OpenPage>
  const at = (name: string) => join(folder, name)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokadence-comparison-'))
    await writeFile(at('scenarios.yaml'), scenarios)
    const manner = { itl: '3ms', tokens: 5 } as const
    await using base = await createMockServer({ ...manner, ttft: 'lognormal(p50=20ms,p95=35ms)' })
    await using head = await createMockServer({ ...manner, ttft: 'lognormal(p50=60ms,p95=90ms)' })
    await runCommand(bench, {
      url: head.url,
      against: base.url,
      scenarios: at('scenarios.yaml'),
      connections: 12,
      requests: 200,
      rounds: 8,
      warmup: '100ms',
      samples: at('run.ndjson'),
      html: at('against.html'),
    })
    const words = [at('run.base.ndjson'), at('run.head.ndjson')]
    const given = { html: at('compare.html'), json: true }
    comparison = JSON.parse((await runCommand(compare, given, { words })).stdout)
    browser = await startChromium(folder)
    for (const name of ['against', 'compare'] as const) {
      pages[name] = await browser.open(at(`${name}.html`))
    }
  }, 120_000)

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  test('they ask the network for nothing and complain of nothing', () => {
    for (const { requested, complaints } of Object.values(pages)) {
      expect([requested, complaints]).toEqual([[], []])
    }
  })

  test('a run by turns has the comparison first, and a part for each scenario', async () => {
    const { page } = pages.against
    expect(await page.locator('h2').allTextContents()).toEqual([
      'Mind',
      'Against base',
      'Both sides',
      'At a glance medians',
      'Requests',
      'Plots',
      'Single requests',
      'Times',
      'Scenarios',
      'What the words mean here',
      'Setting',
    ])
    expect(await page.locator('h3').allTextContents()).toEqual(['chat', 'search'])
    const rows = await cellsOf(page, 'Scenarios and their requests')
    expect(rows.map(cells => cells.slice(0, 3))).toEqual([
      ['chat', 'gpt-4o-mini, chat', '75 %'],
      ['search', 'text-embedding-3-small, embeddings', '25 %'],
    ])
    expect(rows.reduce((sum, cells) => sum + Number(cells[3]), 0)).toBe(200)
    const times = await cellsOf(page, 'Times of search in milliseconds')
    expect(times.map(([name]) => name)).toEqual(['TTFB', 'E2E'])
  })

  test('compare’s page has both runs, what differs and by how much', async () => {
    const { page } = pages.compare
    expect(await page.title()).toMatch(/ against .* – tokadence compare$/)
    expect(await page.locator('h2').allTextContents()).toEqual([
      'Against base',
      'Both sides',
      'What the words mean here',
      'Setting',
    ])
    expect(await page.locator('.verdict').innerText()).toBe(comparison.says)
    const marks = { better: '✓ better', same: '✓ same', worse: '✗ worse' } as const
    const rows = comparison.rows.map(row => [
      row.title,
      valueText(row, row.base),
      valueText(row, row.head),
      differenceText(row),
      `${row.samples.base} / ${row.samples.head}`,
      ...[row.verdict === 'inconclusive' ? '? inconclusive' : marks[row.verdict]].map(text =>
        row.isJudged ? text : `(${text})`,
      ),
    ])
    expect(await cellsOf(page, 'Head against base')).toEqual(rows)
    const setting = await cellsOf(page, 'How and where they were run')
    const target = setting.find(([what]) => what === 'target')!
    expect(new Set(target).size).toBe(3)
  })

  test.each(['against', 'compare'] as const)('%s: both curves are in each plot', async name => {
    const plots = pages[name].page.locator('.plots.both').getByRole('img')
    expect(await plots.count()).toBe(6)
    for (const plot of await plots.all()) {
      const widths = await plot
        .locator('.curve')
        .evaluateAll(all => all.map(curve => curve.getBoundingClientRect().width))
      expect(widths).toHaveLength(2)
      expect(Math.min(...widths)).toBeGreaterThan(10)
    }
    const intervals = pages[name].page.getByRole('img', { name: /^Difference of head from base/ })
    expect(await intervals.locator('.span').count()).toBeGreaterThan(3)
  })

  test.each(['against', 'compare'] as const)(
    '%s: names, tables and headings are sound',
    async name => {
      const { page } = pages[name]
      await expectLandmarks(page)
      const ids = await page.locator('[id]').evaluateAll(all => all.map(({ id }) => id))
      expect(ids).toEqual([...new Set(ids)])
      for (const image of await page.getByRole('img').all()) {
        expect(await image.locator('desc').textContent()).toMatch(/\w{3}/)
      }
      for (const caption of await page.locator('caption').allTextContents()) {
        expect(caption).toMatch(/\w{3}/)
      }
      expect(await page.locator('main').innerText()).not.toMatch(
        /NaN|null|Infinity|\bundefined(?! below 2 tokens)/,
      )
    },
  )

  test.each(schemes)(
    'all text stands out from what is behind it, in the %s scheme',
    async scheme => {
      for (const [name, { page }] of Object.entries(pages)) {
        await page.emulateMedia({ colorScheme: scheme })
        await takePicture(page, `${name}-${scheme}`)
        await expectContrast(page, 150)
      }
    },
  )

  test('on a telephone nothing but tables and wide plots is wider than the screen', async () => {
    for (const [name, { page }] of Object.entries(pages)) {
      await expectNoSidewaysScroll(page, 390)
      await takePicture(page, `${name}-narrow`)
    }
  })
})

/** The texts of a table's rows, its head not among them. */
async function cellsOf(page: Page, caption: string): Promise<string[][]> {
  const rows = page.getByRole('table', { name: caption, exact: true }).locator('tbody tr')
  const texts: string[][] = await rows.evaluateAll(all =>
    all.map(row => [...row.cells].map(cell => cell.textContent)),
  )
  return texts.map(cells => cells.map(text => text.replaceAll('\u202f', '')))
}
