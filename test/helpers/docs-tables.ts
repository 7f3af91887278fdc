/** The README's option tables, made from the option tables. `tsx test/helpers/readme-tables.ts` writes them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { flagName, type OptionTable } from '../../base/option-table.ts'
import { commands } from '../../cli/commands.ts'

export const readmePath = new URL('../../README.md', import.meta.url)

/** The README with each `<!-- options NAME -->` … `<!-- end -->` filled in. */
export async function fillTables(readme: string): Promise<string> {
  let filled = readme
  for (const { name, load } of commands) {
    const { options } = await load()
    const block = new RegExp(`(<!-- options ${name} -->\n)[^]*?(<!-- end -->)`)
    filled = filled.replace(block, (_, start, end) => `${start}${tableOf(options)}${end}`)
  }
  return filled
}

function tableOf(options: OptionTable): string {
  const rows = Object.entries(options).map(([key, { label, fallback, help, env }]) => {
    const variables = env.map(name => ` Also \`${name}\`.`).join('')
    const initial = fallback === undefined || `${fallback}` === '' ? '' : `\`${fallback}\``
    const flag = `${flagName(key)} ${label}`.trim().replaceAll('|', '\\|')
    return `| \`${flag}\` | ${initial} | ${help.replaceAll('|', '\\|')}${variables} |\n`
  })
  return `\n| flag | default | |\n|---|---|---|\n${rows.join('')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(readmePath, await fillTables(readFileSync(readmePath, 'utf8')))
}
