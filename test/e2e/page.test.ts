/** The live page of a server with 1,000 streams, in a real browser. SCREENSHOTS=FOLDER keeps the pictures. */
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import {
  type Browser,
  isChromiumMissing,
  type OpenPage,
  startChromium,
} from '../helpers/chromium.ts'
import { eventually } from '../helpers/eventually.ts'
import { takePicture } from '../helpers/pictures.ts'
import {
  expectContrast,
  expectLandmarks,
  expectNoSidewaysScroll,
  schemes,
} from '../helpers/readable-page.ts'

const isSkipped = isChromiumMissing && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write('Skipped: chromium is not installed.\n')

const STREAMS = 1000
const ITL_MS = 500
const hostile = '<img src=x onerror="document.title=1">'
const controlToken = 'open-sesame'

describe.skipIf(isSkipped)('the live page in Chromium', () => {
  let folder: string
  let mock: MockServer
  let browser: Browser
  let opened: OpenPage
  let page: Page
  const agent = new Agent({ keepAlive: true })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokadence-page-'))
    const pace = { ttft: '20ms', itl: ITL_MS, tokens: 300 }
    mock = await createMockServer({ ...pace, rpm: 3000, controlToken, clock: 'system' })
    for (let i = 0; i < STREAMS; i++) ask({ stream: true, model: 'gpt-4o' })
    ask({ model: hostile, stream: false, max_tokens: 1 })
    browser = await startChromium(folder, mock.origin)
    opened = await browser.open(`${mock.origin}/_tokadence/`)
    page = opened.page
  }, 120_000)

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    agent.destroy()
    await mock?.close()
    await rm(folder, { recursive: true, force: true })
  })

  function ask(body: object): void {
    const messages = [{ role: 'user', content: 'Hi.' }]
    request(`${mock.url}/chat/completions`, {
      method: 'POST',
      agent,
      headers: { authorization: 'Bearer sk-x', 'content-type': 'application/json' },
    })
      .on('response', (response: IncomingMessage) => response.on('error', () => {}).resume())
      .on('error', () => {})
      .end(JSON.stringify({ messages, ...body }))
  }

  const figure = (id: string, of = page) => of.locator(`#${id} .figure strong`).innerText()
  const settled = (id: string, isGood: (value: number) => boolean) =>
    eventually(async () => {
      const value = Number((await figure(id)).replace(/,| ms/g, ''))
      return isGood(value) ? value : undefined
    }, 30_000)

  test('it shows the streams in flight and their tokens a second', async () => {
    expect(await settled('streams', value => value === STREAMS)).toBe(STREAMS)
    const expected = (STREAMS * 1000) / ITL_MS
    const isNear = (value: number) => value > expected * 0.8 && value < expected * 1.2
    expect(await settled('tokens', isNear)).toBeGreaterThan(0)
    expect(await page.locator('#streams svg').getAttribute('aria-label')).toBe(
      'Streams in flight over two minutes, now 1,000, 1,000 requests in flight',
    )
    expect(await page.locator('#bounds h3').allInnerTexts()).toContainEqual(
      expect.stringMatching(/^Limits of gpt-4o · key [0-9a-f]+$/),
    )
    expect(await page.locator('#pulse').innerText()).toBe('live')
  })

  test('what clients send is shown as text', async () => {
    const row = page.locator('#requests tbody tr', { hasText: hostile })
    expect(await row.count()).toBe(1)
    expect(await row.locator('.tag').innerText()).toBe('ok')
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe(`127.0.0.1:${mock.port} – tokadence`)
  })

  test.each(schemes)(
    'in the %s scheme all text stands out from what is behind it',
    async scheme => {
      await page.emulateMedia({ colorScheme: scheme })
      await page.locator('details').evaluateAll(all => {
        for (const element of all) element.open = true
      })
      await takePicture(page, `page-${scheme}`)
      await expectContrast(page, 100)
    },
  )

  test('it can be read by those who do not see it, and on a narrow screen', async () => {
    await expectLandmarks(page)
    expect(await page.getByRole('img').count()).toBe(4)
    const nameless = await page
      .locator('input, select, textarea')
      .evaluateAll(all => all.filter(({ labels }) => labels.length === 0).map(({ id }) => id))
    expect(nameless).toEqual([])
    const ids = await page.locator('[id]').evaluateAll(all => all.map(({ id }) => id))
    expect(ids).toEqual([...new Set(ids)])
    await expectNoSidewaysScroll(page, 390)
    await takePicture(page, 'page-narrow')
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  test('a setting that cannot be is refused beside its field, and a right one is applied', async () => {
    const [ttft, rpm] = [page.getByLabel('ttft'), page.locator('#option-rpm')]
    await ttft.fill('soon')
    await rpm.fill('4000')
    await page.getByRole('button', { name: 'Apply 2 changes' }).click()
    const wrong = page.locator('#option-ttft-wrong')
    await wrong.waitFor()
    expect(await wrong.innerText()).toMatch(/^ttft: "soon" is not allowed; /)
    expect(await ttft.getAttribute('aria-invalid')).toBe('true')
    expect(await page.locator('#told').innerText()).toBe('Nothing was changed.')
    await takePicture(page, 'page-wrong', { isWhole: false })
    await ttft.fill('30ms')
    await page.getByRole('button', { name: 'Apply 2 changes' }).click()
    await page.getByText('Applied: ttft, rpm.').waitFor()
    const config = await (await fetch(`${mock.origin}/_tokadence/config`)).json()
    expect(config).toMatchObject({ config: { ttft: '30ms', rpm: 4000 } })
    await page.getByRole('button', { name: 'As at start' }).click()
    expect([await ttft.inputValue(), await rpm.inputValue()]).toEqual(['20ms', '3000'])
  })

  test('what others change is shown, and what is being written stays', async () => {
    const [itl, rpm] = [page.locator('#option-itl'), page.locator('#option-rpm')]
    await page.getByRole('button', { name: 'Undo' }).click()
    await rpm.fill('5000')
    mock.configure({ itl: '7ms', rpm: 4500 })
    const shown = await eventually(async () =>
      (await itl.inputValue()) === '7ms' ? 'shown' : undefined,
    )
    expect([shown, await rpm.inputValue()]).toEqual(['shown', '5000'])
    await page.getByRole('button', { name: 'Undo' }).click()
    expect(await rpm.inputValue()).toBe('4500')
  })

  test('a list has a line for each', async () => {
    await page.locator('#option-fault').fill('http-500;first=2\nhttp-503;p=0.1')
    await page.getByRole('button', { name: /^Apply/ }).click()
    await page.getByText(/^Applied: .*fault\.$/).waitFor()
    const { config } = (await (await fetch(`${mock.origin}/_tokadence/config`)).json()) as {
      config: { fault: string[] }
    }
    expect(config.fault).toEqual(['http-500;first=2', 'http-503;p=0.1'])
  })

  test('reset empties the list of requests', async () => {
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.locator('#requests tbody tr').first().waitFor({ state: 'detached' })
    expect(mock.requests()).toEqual([])
  })

  test('nothing was asked of anybody else, and nothing complained of but what was refused', () => {
    expect(opened.requested).toEqual([])
    expect(opened.complaints).toEqual([expect.stringMatching(/a status of 400 \(Bad Request\)$/)])
  })

  test('from elsewhere it asks for the token, and then shows all', async () => {
    const url = `${mock.origin}/_tokadence/`
    const { page: away } = await browser.open(url, { 'x-forwarded-for': '192.0.2.1' })
    await away.getByLabel('This server wants its control token.').fill(controlToken)
    await away.getByRole('button', { name: 'Use it' }).click()
    await away.locator('#pulse.live').waitFor()
    expect(await figure('streams', away)).toBe('1,000')
    await away.locator('#option-ttft').waitFor()
    await away.close()
  })
})

test('the page may use nothing but itself, and is kept by nobody', async () => {
  await using mock = await createMockServer()
  const moved = await fetch(`${mock.origin}/_tokadence`, { redirect: 'manual' })
  expect([moved.status, moved.headers.get('location')]).toEqual([308, '/_tokadence/'])
  const { headers, status } = await fetch(`${mock.origin}/_tokadence/`)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  )
})
