/** One command's options from everywhere they may stand: flag > environment > file > default. */
import { existsSync } from 'node:fs'
import type { Origin } from '../base/option-error.ts'
import {
  type Entry,
  environmentName,
  flagName,
  type OptionTable,
  type Resolved,
  resolveOptions,
  text,
  unknownKey,
  withBrought,
} from '../base/option-table.ts'
import { commands } from './commands.ts'

/** What every command takes besides its own options. */
export const commonOptions = {
  config: text({
    label: 'FILE',
    help: 'The configuration file; tokadence.yaml is read when it exists.',
  }),
} satisfies OptionTable

const defaultFile = 'tokadence.yaml'
const commandNames = commands.map(({ name }) => name)

export interface Sources {
  readonly flags: readonly Entry[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Throws OptionError for an unknown key, or a value that is not allowed, with its place. */
export async function readSettings<Table extends OptionTable>(
  section: string,
  table: Table,
  { flags, environment }: Sources,
): Promise<{ values: Resolved<Table>; origins: Readonly<Record<string, Origin>> }> {
  const known = { ...commonOptions, ...table }
  const early = resolveOptions(commonOptions, [
    ...environmentEntries(commonOptions, environment),
    ...flags.filter(({ key }) => Object.hasOwn(commonOptions, key)),
  ])
  const file = early.values.config ?? (existsSync(defaultFile) ? defaultFile : undefined)
  const fromFile = file === undefined ? [] : await fileEntries(file, section, known)
  await refuseUnknownVariables(environment, known)
  const entries = [...fromFile, ...environmentEntries(known, environment), ...flags]
  const { values, origins } = resolveOptions(known, await withBrought(known, entries))
  return { values: values as unknown as Resolved<Table>, origins }
}

async function fileEntries(path: string, section: string, known: OptionTable): Promise<Entry[]> {
  const { readConfigFile } = await import('../base/config-file.ts')
  const { common, own } = await readConfigFile(path, section, commandNames)
  const shared: Entry[] = []
  for (const entry of common) {
    if (Object.hasOwn(known, entry.key)) shared.push(entry)
    else await refuseUnlessKnown(entry.key, entry.origin)
  }
  return [...shared, ...own]
}

function environmentEntries(table: OptionTable, environment: Sources['environment']): Entry[] {
  return Object.entries(table).flatMap(([key, { env }]) =>
    [...env, environmentName(key)]
      .filter(name => environment[name] !== undefined && environment[name] !== '')
      .map(name => ({ key, value: environment[name], origin: name })),
  )
}

/** A misspelt TOKADENCE_… variable would otherwise do nothing, in silence. */
async function refuseUnknownVariables(
  environment: Sources['environment'],
  known: OptionTable,
): Promise<void> {
  const own = new Set(Object.keys(known).map(environmentName))
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('TOKADENCE_') || own.has(name)) continue
    const key = name
      .slice('TOKADENCE_'.length)
      .toLowerCase()
      .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    await refuseUnlessKnown(key, name)
  }
}

/** A key that some other command knows is fine in a shared place; one that none knows is a mistake. */
async function refuseUnlessKnown(key: string, origin: Origin): Promise<void> {
  const tables = await Promise.all(commands.map(async ({ load }) => (await load()).options))
  const names = [...new Set([commonOptions, ...tables].flatMap(table => Object.keys(table)))]
  if (!names.includes(key)) throw unknownKey(key, origin, names)
}

/** Flags as a parser gives them, as entries in the table's words. */
export function flagEntries(parsed: Readonly<Record<string, unknown>>): Entry[] {
  return Object.entries(parsed).map(([key, value]) => ({ key, value, origin: flagName(key) }))
}
