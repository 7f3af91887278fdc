/** Tables in GitHub's Markdown, of cells that may hold what servers sent: none of it is markup. */

/** Columns named in `right` (by number) hold figures. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`
  const rule = head.map((_, column) => (right.includes(column) ? '---:|' : '---|')).join('')
  return [line(head), `|${rule}`, ...rows.map(line)].join('\n')
}

/** On one line, with the signs that would be read as markup escaped. */
export function markdownText(text: string): string {
  return text
    .replaceAll(/[\\|<>*_[\]]/g, sign => (sign === '_' ? sign : `\\${sign}`))
    .replaceAll(/\s+/g, ' ')
}
