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
  const lines = rows.flatMap(({ title, panels }) => [
    `| **${title}** | | |`,
    ...panels.map(panel => {
      const metrics = metricsOf(panel).map(name => `\`${name}\``)
      return `| ${panel.title} | ${panel.question} | ${metrics.join(', ')} |`
    }),
  ])
  return ['| panel | the question it answers | metric |', '|---|---|---|', ...lines].join('\n')
}
