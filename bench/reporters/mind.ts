/** What a reader must know before trusting a number, as a part of a page. */
import { html } from './markup.ts'

export function mind(warnings: readonly string[]): string {
  if (warnings.length === 0) return ''
  const items = warnings.map(text => `<li>${html(text)}</li>`).join('')
  return `<section class="mind" aria-labelledby="mind"><h2 id="mind">Mind</h2><ul>${items}</ul></section>`
}
