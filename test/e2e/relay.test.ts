/**
 * The relay's page in a real browser behind a real nginx with its default buffering: through a tab switch, a dropped
 * line and a reload the upstream is called once. SCREENSHOTS=FOLDER keeps the pictures.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRelay, type Relay } from '../../client/relay/relay.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import {
  type Browser,
  isChromiumMissing,
  type OpenPage,
  startChromium,
} from '../helpers/chromium.ts'
import { eventually } from '../helpers/eventually.ts'
import { isNginxMissing, type Nginx, startNginx } from '../helpers/nginx.ts'
import { takePicture } from '../helpers/pictures.ts'
import {
  expectContrast,
  expectLandmarks,
  expectNoSidewaysScroll,
  schemes,
} from '../helpers/readable-page.ts'

const missing = [...(isChromiumMissing ? ['chromium'] : []), ...(isNginxMissing ? ['nginx'] : [])]
const isSkipped = missing.length > 0 && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write(`Skipped: ${missing.join(' and ')} not installed.\n`)

const TOKENS = 60

describe.skipIf(isSkipped)('the relay behind nginx, in Chromium', () => {
  let folder: string
  let mock: MockServer
  let relay: Relay
  let nginx: Nginx
  let browser: Browser
  let opened: OpenPage
  let page: Page

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokadence-relay-'))
    mock = await createMockServer({ ttft: '80ms', itl: '8ms', tokens: TOKENS })
    relay = await createRelay({ url: mock.url, apiKey: 'sk-very-secret', callerPerMinute: 1000 })
    nginx = await startNginx(relay.origin)
    browser = await startChromium(folder, nginx.origin)
    opened = await browser.open(`${nginx.origin}/`)
    page = opened.page
  }, 120_000)

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await nginx?.[Symbol.asyncDispose]()
    await relay?.close()
    await mock?.close()
    await rm(folder, { recursive: true, force: true })
  })

  beforeEach(() => {
    mock.configure({ itl: '8ms' })
    mock.reset()
  })

  const said = (of = page) => of.locator('#stream-text').innerText()
  const state = () => page.locator('#state').innerText()
  const until = (words: string) =>
    eventually(async () => ((await state()) === words ? words : undefined))
  const begun = () => eventually(async () => ((await said()).length > 20 ? true : undefined))
  const ask = async () => {
    await page.getByRole('button', { name: 'Ask' }).click()
    await begun()
  }
  /** What the one call upstream was, when it is over. */
  const upstream = () =>
    eventually(() => {
      const requests = mock.requests()
      return requests.every(({ done }) => done.outcome !== 'open') ? requests : undefined
    })

  /** The page has all that the upstream said, and asked it once. */
  async function expectWhole(): Promise<void> {
    await until('Done')
    const requests = await upstream()
    expect(requests.map(({ done, attempt }) => [done.outcome, attempt])).toEqual([['ok', 1]])
    const [streamed, whole] = await eventually(async () => {
      const texts = await page.locator('.text').allInnerTexts()
      return texts[1] === '' ? undefined : texts
    })
    expect(streamed).toBe(whole)
    expect(await page.locator('#tokens').innerText()).toBe(String(TOKENS))
    expect(requests[0]?.done.outputTokens).toBe(TOKENS)
  }

  test('words come as they are written, and the blocking side waits for all of them', async () => {
    mock.configure({ itl: '20ms' })
    await page.getByRole('button', { name: 'Ask' }).click()
    const [, blocked] = await eventually(async () => {
      const texts = await page.locator('.text').allInnerTexts()
      return texts[0]!.length > 20 ? texts : undefined
    })
    expect(blocked).toBe('')
    await takePicture(page, 'relay-streaming')
    await expectWhole()
    const waits = await page.locator('.wait').allInnerTexts()
    const [streamedMs = 0, blockedMs = 0] = waits.map(wait => {
      const [, figure, unit] = /^first words after ([\d.]+) (m?s)$/.exec(wait) ?? []
      return Number(figure) * (unit === 's' ? 1000 : 1)
    })
    expect(streamedMs).toBeGreaterThan(70)
    expect(blockedMs - streamedMs).toBeGreaterThan(TOKENS * 20 * 0.3)
    expect(await page.locator('#cost').innerText()).toMatch(/^\$0\.0000\d+$/)
    expect(await page.locator('#spoken').textContent()).toBe(await said())
    await takePicture(page, 'relay-done')
  })

  test('a tab that is switched away from and back goes on reading', async () => {
    mock.configure({ itl: '15ms' })
    await ask()
    const other = await page.context().newPage()
    await other.bringToFront()
    await sleep(100)
    await page.bringToFront()
    await other.close()
    await expectWhole()
  })

  test('a line that drops is taken up again where it was', async () => {
    mock.configure({ itl: '15ms' })
    await ask()
    await nginx.stop()
    await until('The line dropped, coming back')
    await nginx.start()
    await expectWhole()
  })

  test('a proxy that answers for a relay it cannot reach does not end the reading', async () => {
    let isAway = true
    await page.route('**/events?*', route =>
      isAway ? route.fulfill({ status: 502, body: 'Bad Gateway' }) : route.continue(),
    )
    await page.getByRole('button', { name: 'Ask' }).click()
    await until('The line dropped, coming back')
    isAway = false
    await expectWhole()
    await page.unroute('**/events?*')
  })

  test('a page that is reloaded has the whole answer again, during the run and after', async () => {
    mock.configure({ itl: '15ms' })
    await ask()
    await page.reload()
    await begun()
    await expectWhole()
    const before = await said()
    await page.reload()
    await expectWhole()
    expect(await said()).toBe(before)
  })

  test('Esc stops the run, and the upstream with it', async () => {
    mock.configure({ itl: '200ms' })
    await ask()
    await page.keyboard.press('Escape')
    await until('Stopped')
    const [request] = await upstream()
    expect(request?.done.outcome).toBe('hung-up')
    expect(await page.locator('#wrong').isVisible()).toBe(false)
    expect(await page.getByRole('button', { name: 'Ask' }).isEnabled()).toBe(true)
  })

  test('a tab that is closed stops it too, after the grace', async () => {
    await using brief = await createRelay({ url: mock.url, readerGrace: '50ms' })
    await using front = await startNginx(brief.origin)
    const response = await fetch(`${front.origin}/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt":"Hi."}',
    })
    const reader = new AbortController()
    const { events } = (await response.json()) as { events: string }
    await fetch(`${front.origin}/${events}`, { signal: reader.signal })
    reader.abort()
    const [request] = await upstream()
    expect(request?.done.outcome).toBe('hung-up')
  })

  test('a 429 stays one, is said in words and asks once', async () => {
    mock.configure({ fault: ['http-429;first=1'] })
    await page.getByRole('button', { name: 'Ask' }).click()
    await until('No answer')
    expect(await page.locator('#wrong').innerText()).toMatch(/rate limit|try again/i)
    expect((await upstream()).map(({ done }) => done.status)).toEqual([429])
    await takePicture(page, 'relay-refused')
    mock.configure({ fault: null })
  })

  test.each([
    ['/', true],
    ['/deaf/', false],
  ])('through nginx at %s events come one by one: %s', async (path, isOneByOne) => {
    const response = await fetch(`${nginx.origin}${path}generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt":"Hi."}',
    })
    expect(response.status).toBe(202)
    const { events } = (await response.json()) as { events: string }
    const stream = await fetch(`${nginx.origin}${path}${events}`)
    let parts = 0
    for await (const _ of stream.body!) parts++
    if (isOneByOne) expect(parts).toBeGreaterThan(TOKENS / 5)
    else expect(parts).toBeLessThan(TOKENS / 10)
  })

  test('it asked nobody else, complained of nothing unexpected, and nobody was told the key', async () => {
    expect(opened.requested).toEqual([])
    const strays = opened.complaints.filter(
      words => !/net::ERR_|status of (429|502)/.test(words), // the lines that were cut, the refusals,
    )
    expect(strays).toEqual([])
    expect(await page.content()).not.toContain('secret')
  })

  test.each(schemes)('in the %s scheme all text can be read', async scheme => {
    await page.emulateMedia({ colorScheme: scheme })
    await takePicture(page, `relay-${scheme}`)
    await expectContrast(page, 20)
  })

  test('it can be read by those who do not see it, and on a narrow screen', async () => {
    await expectLandmarks(page)
    expect(await page.getByLabel('Prompt').count()).toBe(1)
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('polite')
    for (const width of [390, 320]) await expectNoSidewaysScroll(page, width)
    await takePicture(page, 'relay-narrow')
  })
})
