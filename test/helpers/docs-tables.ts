/** The tables of README and docs, made from what the program knows. `npm run docs` writes them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { flagName, type OptionTable } from '../../base/option-table.ts'
import { commands } from '../../cli/commands.ts'
import { faultCatalogue } from '../../mock-server/engine/faults/catalogue.ts'
import { assertionList } from '../../mock-server/verify/list.ts'

const root = new URL('../../', import.meta.url)

/** Each page, and what stands between `<!-- NAME -->` and `<!-- end -->` in it. */
export async function docsTables(): Promise<Record<string, Record<string, string>>> {
  const pages: Record<string, Record<string, string>> = {
    'docs/faults.md': { faults: faultTable() },
    'docs/verify.md': { assertions: assertionTable() },
  }
  for (const { name, load } of commands) {
    const page = pageOf[name] ?? 'README.md'
    pages[page] = { ...pages[page], [`options ${name}`]: optionTable((await load()).options) }
  }
  return pages
}

/** Commands whose options stand on a page of their own. */
const pageOf: Readonly<Record<string, string>> = {
  bench: 'docs/bench.md',
  compare: 'docs/gate.md',
  relay: 'docs/relay.md',
  report: 'docs/reports.md',
  torture: 'docs/torture.md',
  tune: 'docs/tune.md',
  verify: 'docs/verify.md',
}

export function readPage(page: string): string {
  return readFileSync(new URL(page, root), 'utf8')
}

/** The page with its tables filled in. Throws when one has no place. */
export function filled(page: string, tables: Record<string, string>): string {
  let text = readPage(page)
  for (const [name, table] of Object.entries(tables)) {
    const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`)
    if (!block.test(text)) throw new Error(`${page} has no place for <!-- ${name} -->`)
    text = text.replace(block, (_, start, end) => `${start}${table}${end}`)
  }
  return text
}

function optionTable(options: OptionTable): string {
  const rows = Object.entries(options).map(([key, { label, fallback, help, env }]) => {
    const variables = env.map(name => ` Also \`${name}\`.`).join('')
    const initial = fallback === undefined || `${fallback}` === '' ? '' : `\`${fallback}\``
    return [`\`${`${flagName(key)} ${label}`.trim()}\``, initial, help + variables]
  })
  return table(['flag', 'default', ''], rows)
}

function faultTable(): string {
  const rows = Object.entries(faultCatalogue).map(
    ([name, { wire, client, parameters, ...kind }]) => {
      const answers = kind.only === 'whole' ? 'not streamed' : kind.only
      const only = [answers, kind.endpoints?.join(', ')]
      const takes = parameters.map(parameter => `\`${parameter}\``).join(', ')
      return [`\`${name}\``, wire, client, takes, only.filter(Boolean).join('; ')]
    },
  )
  return table(['fault', 'on the wire', '`openai` 6', 'takes', 'only'], rows)
}

function assertionTable(): string {
  const rows = assertionList().map(({ assertion, help, short, settings }) => {
    const bare = settings.find(({ name }) => name === short)?.label
    const told = settings.map(({ name, fallback }) =>
      fallback === undefined ? `\`${name}\`` : `\`${name}\` (${fallback})`,
    )
    return [
      `\`${bare === undefined ? assertion : `${assertion}: ${bare}`}\``,
      help,
      told.join(', '),
    ]
  })
  return table(['assertion', 'true when', 'settings (default)'], rows)
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  return `\n${line(heads)}|${'---|'.repeat(heads.length)}\n${rows.map(line).join('')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [page, tables] of Object.entries(await docsTables())) {
    writeFileSync(new URL(page, root), filled(page, tables))
  }
}
