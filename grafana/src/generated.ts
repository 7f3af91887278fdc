/** Every file under grafana/ that is made from the boards, by its path and its content. */
import { readFile } from 'node:fs/promises'
import { benchBoard } from './bench-board.ts'
import { toDashboard } from './dashboard.ts'
import { mockBoard } from './mock-board.ts'
import { withPanelTables } from './panel-tables.ts'

export const boards = [mockBoard, benchBoard] as const

export interface GeneratedFile {
  readonly url: URL
  readonly content: string
}

export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const readme = new URL('../README.md', import.meta.url)
  return [
    ...boards.map(board => ({
      url: new URL(`../dashboards/${board.name}.json`, import.meta.url),
      content: `${JSON.stringify(toDashboard(board), null, 2)}\n`,
    })),
    { url: readme, content: withPanelTables(await readFile(readme, 'utf8'), boards) },
  ]
}
