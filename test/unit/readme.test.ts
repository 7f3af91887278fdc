import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commands } from '../../cli/commands.ts'
import { fillTables, readmePath } from '../helpers/readme-tables.ts'

const readme = readFileSync(readmePath, 'utf8')

test('the README shows every option of every command as the program has it (npm run docs writes them)', async () => {
  for (const { name } of commands) expect(readme).toContain(`<!-- options ${name} -->`)
  expect(readme).toBe(await fillTables(readme))
})

test('every file that the README and CONTRIBUTING link to is there', () => {
  const root = new URL('../../', import.meta.url)
  const texts = [readme, readFileSync(new URL('CONTRIBUTING.md', root), 'utf8')]
  const links = texts.flatMap(text => [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)])
  expect(links.length).toBeGreaterThan(5)
  for (const [, path] of links) expect(existsSync(new URL(path as string, root)), path).toBe(true)
})
