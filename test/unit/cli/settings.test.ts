import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { OptionError } from '../../../base/option-error.ts'
import { duration, integer, list, text } from '../../../base/option-table.ts'
import { flagEntries, readSettings } from '../../../cli/settings.ts'

const help = 'Says what it is.'
const table = {
  port: integer(0, 65_535, { help, fallback: 4010 }),
  ttft: duration({ help, fallback: '350ms' }),
  url: text({ help, env: ['OPENAI_BASE_URL'] }),
  apiKey: list({ help }),
}

const folder = mkdtempSync(join(tmpdir(), 'tokadence-settings-'))
afterAll(() => rmSync(folder, { recursive: true }))

function configFile(yaml: string): string {
  const path = join(folder, 'tokadence.yaml')
  writeFileSync(path, yaml)
  return path
}

test('a flag beats the environment, that the file, that the default', async () => {
  const config = configFile('port: 1\nttft: 1ms\nserve:\n  url: http://file\n')
  const { values, origins } = await readSettings('serve', table, {
    flags: flagEntries({ config, port: '3' }),
    environment: { TOKADENCE_PORT: '2', TOKADENCE_TTFT: '2ms' },
  })
  expect(values).toEqual({ config, port: 3, ttft: 2, url: 'http://file', apiKey: [] })
  expect(origins).toEqual({
    config: '--config',
    port: '--port',
    ttft: 'TOKADENCE_TTFT',
    url: `${config}:4:3`,
    apiKey: 'default',
  })
})

test("a command's section beats the top of the file", async () => {
  const config = configFile('serve:\n  port: 2\nport: 1\n')
  const { values } = await readSettings('serve', table, {
    flags: flagEntries({ config }),
    environment: {},
  })
  expect(values.port).toBe(2)
})

test('our own variable beats the one that is shared with other clients', async () => {
  const { values, origins } = await readSettings('serve', table, {
    flags: [],
    environment: { TOKADENCE_URL: 'http://own', OPENAI_BASE_URL: 'http://shared' },
  })
  expect([values.url, origins.url]).toEqual(['http://own', 'TOKADENCE_URL'])
})

test('an empty variable counts as not set', async () => {
  const { values } = await readSettings('serve', table, {
    flags: [],
    environment: { TOKADENCE_PORT: '', OPENAI_BASE_URL: '' },
  })
  expect([values.port, values.url]).toEqual([4010, undefined])
})

test('the file may be named by a variable', async () => {
  const config = configFile('port: 7\n')
  const { values } = await readSettings('serve', table, {
    flags: [],
    environment: { TOKADENCE_CONFIG: config },
  })
  expect(values.port).toBe(7)
})

test("an unknown key in the command's own section is refused with its place", async () => {
  const config = configFile('serve:\n  # pace\n  tfft: 5ms\n')
  const reading = readSettings('serve', table, { flags: flagEntries({ config }), environment: {} })
  await expect(reading).rejects.toThrow(
    new OptionError('tfft', undefined, 'there is no option tfft: did you mean ttft?', {
      origin: `${config}:3:3`,
    }),
  )
})

test('a wrong value from the environment names the variable', async () => {
  const reading = readSettings('serve', table, {
    flags: [],
    environment: { TOKADENCE_PORT: 'http' },
  })
  await expect(reading).rejects.toThrow(
    'TOKADENCE_PORT: "http" is not allowed; write a whole number from 0 to 65535',
  )
})
