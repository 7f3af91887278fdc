/** Debian's Chromium, cut off from every network: a page as its readers see it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

export const isChromiumMissing = !existsSync(executablePath)

export interface OpenPage {
  readonly page: Page
  /** What it has asked for besides its own file; all of it was refused. */
  readonly requested: readonly string[]
  /** Errors and warnings in its console, and what its scripts threw. */
  readonly complaints: readonly string[]
}

export interface Browser extends AsyncDisposable {
  /** Opens a file, or a URL of the one origin that may be asked, in a page of its own. */
  open(path: string, headers?: Readonly<Record<string, string>>): Promise<OpenPage>
}

/** All that it writes goes under `folder`, its profile included. `origin`: the one server that pages may ask. */
export async function startChromium(folder: string, origin?: string): Promise<Browser> {
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    env: { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder },
    viewport: { width: 1280, height: 900 },
    offline: origin === undefined,
    timeout: 60_000,
  })
  const isOwn = (url: string) =>
    url.startsWith(origin === undefined ? 'file:' : `${origin}/`) || url.startsWith('data:')
  await context.route(
    ({ href }) => !isOwn(href),
    route => route.abort(),
  )
  return {
    async open(path, headers = {}) {
      const page = await context.newPage()
      await page.setExtraHTTPHeaders(headers)
      const requested: string[] = []
      const complaints: string[] = []
      page.on('request', request => {
        if (!isOwn(request.url())) requested.push(request.url())
      })
      page.on('console', message => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', error => complaints.push(error.message))
      await page.goto(origin === undefined ? pathToFileURL(path).href : path)
      return { page, requested, complaints }
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

export type Colour = readonly [red: number, green: number, blue: number]

export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * For each region of a PNG, how many of its pixels lie this far or further from a colour (by the sum of
 * the differences in red, green and blue). `page` only decodes.
 */
export async function pixelsOff(
  page: Page,
  png: Buffer,
  regions: readonly Region[],
  { from, by }: { from: Colour; by: number },
): Promise<number[]> {
  return await page.locator('html').evaluate(
    async (root, { base64, regions, from, by }) => {
      const { OffscreenCanvas, createImageBitmap } = root.ownerDocument.defaultView
      const bytes = Uint8Array.from(atob(base64), sign => sign.charCodeAt(0))
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const paper = new OffscreenCanvas(image.width, image.height).getContext('2d')
      paper.drawImage(image, 0, 0)
      return regions.map(({ x, y, width, height }) => {
        const { data } = paper.getImageData(x, y, width, height)
        let count = 0
        for (let i = 0; i < data.length; i += 4) {
          const off = from.reduce((sum, level, part) => sum + Math.abs(level - data[i + part]), 0)
          if (off >= by) count++
        }
        return count
      })
    },
    { base64: png.toString('base64'), regions, from, by },
  )
}

/** All visible text with the contrast to what is behind it, from 1 to 21, as WCAG counts it. */
export async function contrasts(page: Page): Promise<readonly { text: string; ratio: number }[]> {
  return await page.locator('html').evaluate(root => {
    const { getComputedStyle } = root.ownerDocument.defaultView
    const numbers = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number)
    const luminance = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = numbers(colour).map(level => {
        const share = level / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const behind = (element: typeof root): string => {
      if (!element) return 'rgb(255, 255, 255)'
      const colour = getComputedStyle(element).backgroundColor
      return (numbers(colour)[3] ?? 1) > 0 ? colour : behind(element.parentElement)
    }
    const found: { text: string; ratio: number }[] = []
    for (const element of root.querySelectorAll('body *')) {
      const text = [...element.childNodes]
        .filter(node => node.nodeType === 3)
        .map(node => node.data.trim())
        .join(' ')
        .trim()
      if (text === '' || element.getClientRects().length === 0) continue
      const { color, fill } = getComputedStyle(element)
      const [a, b] = [element.ownerSVGElement ? fill : color, behind(element)].map(luminance)
      found.push({ text, ratio: (Math.max(a!, b!) + 0.05) / (Math.min(a!, b!) + 0.05) })
    }
    return found
  })
}
