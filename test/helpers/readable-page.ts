/** What every page of ours owes its readers, however they read it. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { contrasts } from './chromium.ts'

export const schemes = ['light', 'dark'] as const

/** What WCAG 2 AA asks of text. */
const LEAST_CONTRAST = 4.5

/** All text stands out from what is behind it, and there is more than so much of it. */
export async function expectContrast(page: Page, moreThan: number): Promise<void> {
  const all = await contrasts(page)
  expect(all.length).toBeGreaterThan(moreThan)
  expect(all.filter(({ ratio }) => ratio < LEAST_CONTRAST)).toEqual([])
}

/** A screen reader knows the language, and one of each part of the page. */
export async function expectLandmarks(page: Page): Promise<void> {
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  for (const landmark of ['banner', 'main', 'contentinfo'] as const) {
    expect(await page.getByRole(landmark).count()).toBe(1)
  }
}

/** At this width nothing is out of sight to the right. */
export async function expectNoSidewaysScroll(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 844 })
  expect(await page.locator('html').evaluate(root => root.scrollWidth)).toBe(width)
}
