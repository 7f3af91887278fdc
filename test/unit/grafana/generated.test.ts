/** What is committed is what the generator writes. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { generatedFiles } from '../../../grafana/src/generated.ts'
import { withPanelTables } from '../../../grafana/src/panel-tables.ts'

test('dashboards and panel tables are committed as they are generated', async () => {
  const files = await generatedFiles()
  expect(files.map(({ url }) => url.pathname.split('/').at(-1))).toEqual([
    'mock.json',
    'bench.json',
    'README.md',
  ])
  for (const { url, content } of files) {
    expect(await readFile(url, 'utf8'), `${url.pathname}: npx tsx grafana/src/generate.ts`).toBe(
      content,
    )
  }
})

test('generating twice gives the same bytes', async () => {
  expect(await generatedFiles()).toEqual(await generatedFiles())
})

test('a README without a place for a table is refused', () => {
  const board = { name: 'x', title: '', description: '', from: '', phaseSelector: '' }
  expect(() => withPanelTables('text', [{ ...board, variables: [], rows: [] }])).toThrow(
    'The README has no "<!-- panels of x -->"',
  )
})
