/** Another tool's view as a part of the HTML report. */
import { html, table } from '../markup.ts'
import type { OtherView } from './tool.ts'
import { shownValue } from './value.ts'

export function otherSection(view: OtherView | undefined): string {
  if (!view) return ''
  const tables = view.sections.map(({ head, rows }) =>
    table(
      `${view.title}: ${head[0]}`,
      head,
      rows.map(({ name, values }) => [name, ...values.map(shownValue)]),
      true,
    ),
  )
  const differences = view.differences.map(text => `<li>${html(text)}</li>`).join('')
  return `<section aria-labelledby="other"><h2 id="other">As ${html(view.title)} counts</h2>
${tables.join('\n')}<h3>What differs</h3><ul class="note">${differences}</ul></section>`
}
