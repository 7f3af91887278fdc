import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const page = new URL('../../docs/client-rules.md', import.meta.url)
const text = readFileSync(page, 'utf8')

interface Row {
  readonly number: number
  readonly cells: readonly string[]
  readonly links: readonly { readonly title: string; readonly file: string }[]
}

const rows: Row[] = [...text.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, number, rest]) => {
  // A bar inside of a cell is escaped.
  const cells = rest!.split(/(?<!\\) \| /)
  // Titles have brackets too; a link's end is `](`.
  const links = cells
    .at(-1)!
    .split('<br>')
    .map(link => /^\[(.+)\]\((\S+)\)$/.exec(link))
    .map(found => ({ title: found?.[1] ?? '', file: found?.[2] ?? '' }))
  return { number: Number(number), cells, links }
})

test('the page has 39 rows, numbered, each with four cells that say something', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 39 }, (_, i) => i + 1))
  for (const { cells } of rows) {
    expect(cells).toHaveLength(4)
    for (const cell of cells) expect(cell.length).toBeGreaterThan(10)
  }
})

test.each(rows)('row $number names tests that are there', ({ links }) => {
  expect(links.length).toBeGreaterThan(0)
  for (const { title, file } of links) {
    const path = fileURLToPath(new URL(file, page))
    expect(file).toMatch(/^\.\.\/test\/.+\.test\.ts$/)
    expect(existsSync(path), file).toBe(true)
    expect(isTitleIn(readFileSync(path, 'utf8'), title), `${file}: ${title}`).toBe(true)
  }
})

/** As the name of a test: the first argument of a call, on its own line where the call is too long for one. */
function isTitleIn(source: string, title: string): boolean {
  const quoted = ["'", '"', '`'].map(quote => `${quote}${title}${quote},`)
  return quoted.some(name => source.includes(`(${name}`) || source.includes(`  ${name}\n`))
}
