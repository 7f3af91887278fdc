/** Pieces of HTML text: safe words, numbers as they are read, tables. */
import { formatDuration } from '../../base/duration.ts'

/** Text that is safe between tags and in attributes. */
export function html(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }
  return text.replace(/[&<>"]/g, sign => `&${names[sign]};`)
}

/** The first cell of a row is its header; with `numeric` the others stand right. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric = false,
): string {
  const headers = head.map(text => `<th scope="col">${html(text)}</th>`).join('')
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map(text => `<td>${html(text)}</td>`).join('')
    return `<tr><th scope="row">${html(first)}</th>${cells}</tr>`
  })
  return `<div class="scroll"><table${numeric ? ' class="numeric"' : ''}><caption>${html(caption)}</caption><thead><tr>${headers}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

export function duration(value: number | null): string {
  return value === null ? '–' : formatDuration(value)
}

export function ms(value: number | null): string {
  return value === null ? '–' : value.toFixed(value < 100 ? 2 : 1)
}

/** Digits in groups of three, with a narrow space. */
export function number(value: number): string {
  const [whole = '', fraction] = (Number.isInteger(value) ? String(value) : value.toFixed(1)).split(
    '.',
  )
  return whole.replace(/\B(?=(\d{3})+$)/g, '\u202f') + (fraction ? `.${fraction}` : '')
}
