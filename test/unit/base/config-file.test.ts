import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readConfigFile } from '../../../base/config-file.ts'
import { OptionError } from '../../../base/option-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-config-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

function write(yaml: string): string {
  const path = join(folder, `${++files}.yaml`)
  writeFileSync(path, yaml)
  return path
}

/** What the file gives `serve`, as [key, value, line:column]. */
async function read(yaml: string) {
  const path = write(yaml)
  const { common, own } = await readConfigFile(path, 'serve', ['serve', 'bench'])
  const short = (entries: typeof own) =>
    entries.map(({ key, value, origin }) => [key, value, origin.slice(path.length + 1)])
  return { common: short(common), own: short(own) }
}

async function refusal(yaml: string): Promise<string> {
  const path = write(yaml)
  const error = await readConfigFile(path, 'serve', ['serve', 'bench']).catch(thrown => thrown)
  expect(error).toBeInstanceOf(OptionError)
  return (error as OptionError).message.replaceAll(path, 'FILE')
}

test('every entry carries its line and column', async () => {
  expect(await read('ttft: 50ms\n\n# pace\nitl: 20\nserve:\n  port: 4011\n  tokens: 5\n')).toEqual({
    common: [
      ['ttft', '50ms', '1:1'],
      ['itl', 20, '4:1'],
    ],
    own: [
      ['port', 4011, '6:3'],
      ['tokens', 5, '7:3'],
    ],
  })
})

test("other commands' sections are left out", async () => {
  expect(await read('bench:\n  rate: 5\nserve: { port: 1 }\n')).toEqual({
    common: [],
    own: [['port', 1, '3:10']],
  })
})

test('lists, booleans and aliases come as plain values', async () => {
  expect(
    await read('apiKey: [a, b]\njson: true\nttft: &pace 20ms\nitl: *pace\nn: [*pace]'),
  ).toEqual({
    common: [
      ['apiKey', ['a', 'b'], '1:1'],
      ['json', true, '2:1'],
      ['ttft', '20ms', '3:1'],
      ['itl', '20ms', '4:1'],
      ['n', ['20ms'], '5:1'],
    ],
    own: [],
  })
})

test('JSON is YAML', async () => {
  expect((await read('{"ttft": "5ms",\n "serve": {"port": 1}}')).own).toEqual([['port', 1, '2:12']])
})

test.each(['', '# nothing yet\n', 'serve:\n', 'serve: {}\n'])('%j gives nothing', async yaml => {
  expect(await read(yaml)).toEqual({ common: [], own: [] })
})

test.each([
  // broken YAML: with the place of the fault
  ['ttft: [1, 2\nitl: 3\n', /^FILE:2:1: "FILE" is not allowed; Flow sequence in block collection/],
  ['a: 1\na: 2\n', /^FILE:2:1: "FILE" is not allowed; Map keys must be unique/],
  // YAML that is no mapping
  ['- a\n- b\n', /^FILE:1:1: "FILE" is not allowed; write a mapping of options$/],
  ['just text', /^FILE:1:1: "FILE" is not allowed; write a mapping of options$/],
  ['serve: 5\n', /^FILE:1:8: "FILE" is not allowed; write a mapping of options$/],
])('%j is refused with its place', async (yaml, message) => {
  expect(await refusal(yaml)).toMatch(message)
})

test('a file that is not there is refused with the reason', async () => {
  const path = join(folder, 'missing.yaml')
  await expect(readConfigFile(path, 'serve', [])).rejects.toThrow(
    `config: "${path.length > 78 ? '' : path}" is not allowed; the file cannot be read (ENOENT)`,
  )
})
