/** Pictures of pages, for people to look at: they are taken where SCREENSHOTS names a folder, and nowhere else. */
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const folder = process.env.SCREENSHOTS

/** The whole page as `name`.png; `isWhole: false`: what is seen of it without scrolling. */
export async function takePicture(
  page: Page,
  name: string,
  { isWhole = true }: { isWhole?: boolean } = {},
): Promise<void> {
  if (!folder) return
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: isWhole })
}
