/** The README's tables: each panel, the question that it answers and the metric behind it. */
import { type Board, metricsOf } from './board.ts'

/** Markdown between a board's two markers is replaced; what stands around them is by hand. */
export function withPanelTables(readme: string, boards: readonly Board[]): string {
  return boards.reduce((text, board) => {
    const open = `<!-- panels of ${board.name} -->`
    const close = `<!-- end of ${board.name} -->`
    const from = text.indexOf(open)
    const to = text.indexOf(close)
    if (from < 0 || to < from) throw new Error(`The README has no "${open}" … "${close}".`)
    return `${text.slice(0, from + open.length)}\n\n${panelTable(board)}\n\n${text.slice(to)}`
  }, readme)
}

function panelTable({ rows }: Board): string {
  return table([
    ['panel', 'the question it answers', 'metric'],
    ...rows.flatMap(({ title, panels }) => [
      [`**${title}**`, '', ''],
      ...panels.map(panel => {
        const metrics = metricsOf(panel).map(name => `\`${name}\``)
        return [panel.title, panel.question, metrics.join(', ')]
      }),
    ]),
  ])
}

/** Cells padded to the width of their column, as the formatter leaves them; the first line is the head. */
function table(lines: readonly (readonly string[])[]): string {
  const [head = []] = lines
  const widths = head.map((_, i) => Math.max(...lines.map(line => (line[i] ?? '').length)))
  const rule = widths.map(width => '-'.repeat(width))
  return [head, rule, ...lines.slice(1)]
    .map(line => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`)
    .join('\n')
}
