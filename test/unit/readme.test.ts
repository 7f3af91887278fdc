import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { docsTables, filled, readPage } from '../helpers/docs-tables.ts'

const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync('docs').map(name => `docs/${name}`)]

test('README and docs show every option, fault and assertion as the program has it (npm run docs writes them)', async () => {
  for (const [page, tables] of Object.entries(await docsTables())) {
    expect(readPage(page)).toBe(filled(page, tables))
  }
})

test.each(pages)('every file that %s links to is there', page => {
  const links = [...readPage(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
  for (const [, path] of links) expect(existsSync(`${dirname(page)}/${path}`), path).toBe(true)
})
