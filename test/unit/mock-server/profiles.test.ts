import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { OptionError } from '../../../base/option-error.ts'
import { readAllOptions, resolveOptions } from '../../../base/option-table.ts'
import { readSettings } from '../../../cli/settings.ts'
import { serverOptions } from '../../../mock-server/options.ts'
import { readProfile, readyProfiles } from '../../../mock-server/profiles/read-profile.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-profiles-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function fileOf(text: string, name = 'own.yaml'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

async function refusal(profile: string, more = {}): Promise<OptionError> {
  const error = await readProfile(profile, { origin: '--profile', ...more }).catch(error => error)
  expect(error).toBeInstanceOf(OptionError)
  return error
}

test('every ready profile is made of options that are allowed, and says what it is and whence', async () => {
  const profiles = await readyProfiles()
  expect(profiles.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['claude-like', 'gpt-4o-like', 'groq-fast', 'slow-local']),
  )
  for (const { name, description } of profiles) {
    expect(description, name).toMatch(/^[A-Z].{20,}\.$/)
    const { values, origins } = resolveOptions(serverOptions, await readProfile(name))
    expect(values.ttft.mean, name).toBeGreaterThan(10)
    expect(origins.ttft, name).toMatch(new RegExp(`^profiles/${name}\\.yaml:\\d+:1$`))
    const file = new URL(`../../../mock-server/profiles/${name}.yaml`, import.meta.url)
    const { sources } = parse(await readFile(file, 'utf8'))
    expect(sources, name).toBeInstanceOf(Array)
    expect(
      sources.every((line: unknown) => typeof line === 'string'),
      name,
    ).toBe(true)
  }
})

test('ready profiles have the pace that their names promise', async () => {
  const rate = async (name: string) =>
    1000 / resolveOptions(serverOptions, await readProfile(name)).values.itl.mean
  expect(await rate('groq-fast')).toBeCloseTo(500, 0)
  expect(await rate('gpt-4o-like')).toBeCloseTo(85, 0)
  expect(await rate('slow-local')).toBeCloseTo(8, 0)
})

test('flag, environment and file win over a profile, wherever it is named', async () => {
  const profile = await fileOf('ttft: 1ms\nitl: 2ms\ntokens: 3\nreasoning: 4\n')
  const config = await fileOf(`profile: ${JSON.stringify(profile)}\nitl: 20ms\n`, 'config.yaml')
  const { values, origins } = await readSettings('serve', serverOptions, {
    flags: [
      { key: 'config', value: config, origin: '--config' },
      { key: 'reasoning', value: '400', origin: '--reasoning' },
    ],
    environment: { TOKADENCE_TOKENS: '30' },
  })
  const { ttft, itl, tokens, reasoning } = values
  expect([ttft, itl, tokens, reasoning].map(({ mean }) => mean)).toEqual([1, 20, 30, 400])
  expect([origins.ttft, origins.itl, origins.tokens, origins.reasoning]).toEqual([
    `${profile}:1:1`,
    `${config}:2:1`,
    'TOKADENCE_TOKENS',
    '--reasoning',
  ])
})

test('a profile that is named twice is the one that is named last', async () => {
  const own = await fileOf('ttft: 1ms\n')
  const { values } = await readSettings('serve', serverOptions, {
    flags: [{ key: 'profile', value: own, origin: '--profile' }],
    environment: { TOKADENCE_PROFILE: 'slow-local' },
  })
  expect([values.profile, values.ttft.mean, values.itl.mean]).toEqual([own, 1, 18])
})

test('a program may name one too', async () => {
  const given = { profile: 'groq-fast', ttft: '1ms' }
  const values = await readAllOptions(serverOptions, given, 'createMockServer')
  expect([values.ttft.text, values.itl.text]).toEqual(['1ms', 'gamma(mean=2ms,cv=0.6)'])
})

test('what tokadence profile writes is a profile', async () => {
  const path = await fileOf(
    '# Fitted by tokadence profile.\nserve:\n  ttft: 5ms\n  # 3 values\n  itl: 6ms\n',
  )
  expect(await readProfile(path)).toEqual([
    { key: 'ttft', value: '5ms', origin: `${path}:3:3` },
    { key: 'itl', value: '6ms', origin: `${path}:5:3` },
  ])
})

test('an unknown key is refused with its place and what it may have meant', async () => {
  const path = await fileOf('description: Mine.\nttft: 5ms\n  \nitll: 6ms\n')
  expect((await refusal(path)).message).toBe(
    `${path}:4:1: there is no option itll: did you mean itl?`,
  )
})

test.each([
  [
    'port: 80\n',
    ':1:1: a profile says how a provider behaves; port has its place in tokadence.yaml',
  ],
  ['profile: other\n', ':1:1: a profile says how a provider behaves; profile has its place'],
  ['- ttft\n', ':1:1: '],
  ['serve: 5\n', ':1:8: '],
  ['ttft: [1\n', ':2:1: '],
])('a profile that says %j is refused', async (text, message) => {
  const path = await fileOf(text)
  expect((await refusal(path)).message).toContain(path + message)
})

test('a value that is not allowed is refused with its place', async () => {
  const path = await fileOf('description: Mine.\nttft: soon\n')
  const given = { profile: path }
  const error = await readAllOptions(serverOptions, given, 'createMockServer').catch(error => error)
  expect(error.message).toMatch(/own\.yaml:2:1: "soon" is not allowed; write a constant/)
})

test('a profile that is not there is refused with those that are', async () => {
  const { message } = await refusal('gpt-5')
  expect(message).toMatch(
    /^--profile: "gpt-5" is not allowed; choose one of .*claude-like, .*groq-fast.*, or write the path of a YAML file/,
  )
  expect((await refusal('./none.yaml')).message).toBe(
    '--profile: "./none.yaml" is not allowed; the file cannot be read (ENOENT)',
  )
  for (const path of ['./none.yaml', '../profiles/groq-fast', 'constructor']) {
    expect((await refusal(path, { onlyReady: true })).message).toMatch(/choose one of [^/]*$/)
  }
})
