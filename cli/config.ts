/** `tokadence config`: every option's value and where it came from; `--schema` for editors. */
import { flag, flagName, type OptionTable, text } from '../base/option-table.ts'
import { defineCommand, exitCode } from './command.ts'
import { commands } from './commands.ts'
import { commonOptions, flagEntries, readSettings } from './settings.ts'

const options = {
  ...commonOptions,
  schema: flag({ help: 'Prints the JSON schema of tokadence.yaml instead.' }),
  of: text({
    label: 'COMMAND',
    help: 'The command whose configuration is shown.',
    fallback: 'serve',
  }),
  json: flag({ help: 'Prints JSON.' }),
}

export const command = defineCommand({
  name: 'config',
  summary: 'the effective configuration and where each value came from',
  options,

  async run({ options: { config, schema, of, json }, stdout, origins }) {
    if (schema) {
      stdout.write(`${JSON.stringify(await fileSchema(), null, 2)}\n`)
      return exitCode.ok
    }
    const listed = commands.find(({ name }) => name === of)
    if (!listed) {
      const { OptionError } = await import('../base/option-error.ts')
      const names = commands.map(({ name }) => name).join(', ')
      throw new OptionError('of', of, `choose one of ${names}`, { origin: origins.of })
    }
    const table = (await listed.load()).options as OptionTable
    const settings = await readSettings(of, table, {
      flags: origins.config === '--config' ? flagEntries({ config }) : [],
      environment: process.env,
    })
    const rows = Object.entries(table).map(([key, row]) => {
      const value = (settings.values as Readonly<Record<string, unknown>>)[key]
      return { key, value: show(key, value), origin: settings.origins[key] ?? 'default', row }
    })
    if (json) {
      const entries = rows.map(({ key, value, origin }) => [key, { value, origin }])
      stdout.write(`${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`)
      return exitCode.ok
    }
    const width = Math.max(...rows.map(({ key }) => flagName(key).length))
    for (const { key, value, origin } of rows) {
      stdout.write(
        `${flagName(key).padEnd(width)}  ${JSON.stringify(value) ?? 'unset'}  (${origin})\n`,
      )
    }
    return exitCode.ok
  },
})

/** Secrets are masked; distributions and rules are shown as they were written. */
function show(key: string, value: unknown): unknown {
  if (key === 'apiKey') return [value ?? []].flat().map(masked)
  if (key === 'upstreamKey' || key === 'controlToken')
    return value === undefined ? undefined : masked(value)
  if (key === 'header') return maskedHeaders(value)
  return Array.isArray(value) ? value.map(written) : written(value)
}

/** A header may well hold a key. */
function maskedHeaders(headers: unknown): unknown {
  if (typeof headers !== 'object' || headers === null) return headers
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, masked(text)]))
}

function written(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'text' in value ? value.text : value
}

function masked(secret: unknown): string {
  return `${String(secret).slice(0, 3)}…`
}

/** What tokadence.yaml may hold: any option at the top, or under its command's name. */
async function fileSchema() {
  const sections: Record<string, object> = {}
  const common: Record<string, object> = {}
  for (const { name, load } of commands) {
    const properties = propertiesOf({ ...commonOptions, ...(await load()).options })
    Object.assign(common, properties)
    sections[name] = { type: 'object', additionalProperties: false, properties }
  }
  // An option may be called as a command is.
  const both = Object.entries(sections).flatMap(([name, section]) =>
    common[name] ? [[name, { anyOf: [common[name], section] }]] : [],
  )
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'tokadence.yaml',
    type: 'object',
    additionalProperties: false,
    properties: { ...common, ...sections, ...Object.fromEntries(both) },
  }
}

const types = {
  text: ['string', 'number'],
  number: ['integer'],
  flag: ['boolean'],
  list: ['array', 'string'],
} as const

function propertiesOf(table: OptionTable): Record<string, object> {
  return Object.fromEntries(
    Object.entries(table).map(([key, { shape, help, fallback }]) => [
      key,
      {
        type: types[shape],
        description: help,
        ...(shape === 'list' ? { items: { type: 'string' } } : {}),
        ...(fallback === undefined ? {} : { default: fallback }),
      },
    ]),
  )
}
