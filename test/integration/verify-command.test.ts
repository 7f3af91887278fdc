/** `tokadence verify`: what it prints, writes and exits with, against real servers. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { command as verify } from '../../cli/verify.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { runCommand } from '../helpers/run-command.ts'
import { runMain } from '../helpers/run-main.ts'

let folder: string
let mock: MockServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-'))
  mock = await createMockServer({ ttft: 0, itl: 0, tokens: 2, logLevel: 'error' })
  const openai = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
  for (const content of ['One.', 'Two.']) {
    await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content }],
    })
  }
})
afterAll(async () => {
  await mock.close()
  await rm(folder, { recursive: true })
})

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const origins = { expect: '--expect', url: '--url', junit: '--junit' }
function run(given: Readonly<Record<string, unknown>>) {
  return runCommand(verify, { url: mock.url, ...given }, { origins })
}

test('what passed exits with 0, from a file, rules and a single word', async () => {
  const path = await file('good.yaml', 'name: polite\nmaxInFlight: 1\nwhere: { path: /v1/* }\n')
  const { code, stdout } = await run({ expect: [path, '{ count: 2, maxAttempts: 1 }', 'noneOpen'] })
  expect([code, stdout]).toEqual([
    0,
    `✓ polite: maxInFlight 1 where { path: /v1/* }: at most 1 of 2 requests were in flight at once.
✓ count 2: there were 2 requests.
✓ maxAttempts 1: no call took more than 1 attempt.
✓ noneOpen: 2 requests, all over.
4 passed, 0 failed
`,
  ])
})

test('what failed exits with 99, what is inconclusive alone with 4', async () => {
  const failed = await run({ expect: ['jittered', 'count: 3'], url: mock.origin })
  expect([failed.code, failed.stdout]).toEqual([
    99,
    `? jittered: inconclusive: 0 waits can be compared, and fewer than 10 say nothing of chance.
✗ count 3: there were 2 requests; 3 are needed.
0 passed, 1 failed, 1 inconclusive
`,
  ])
  expect((await run({ expect: ['jittered'] })).code).toBe(4)
})

test('as JSON it is what the server says', async () => {
  const { code, stdout } = await run({ expect: ['count: 2'], json: true })
  expect(code).toBe(0)
  const { passed, results } = mock.verify({ count: 2 })
  expect(JSON.parse(stdout)).toEqual({ passed, results })
})

test('on GitHub each failure is an annotation', async () => {
  vi.stubEnv('GITHUB_ACTIONS', 'true')
  try {
    const { stdout } = await run({ expect: ['{ name: "a, b: 100%", userAgent: x }', 'noneOpen'] })
    expect(stdout.split('\n').filter(line => line.startsWith('::'))).toEqual([
      expect.stringMatching(
        /^::error title=a%2C b%3A 100%25%3A userAgent x::2 of 2 requests came without the user-agent "x"\.%0A {4}the user-agent of request 1 was "OpenAI\/JS [\d.]+" \(req_\w+\)%0A {4}the user-agent of request 2 was/,
      ),
    ])
  } finally {
    vi.unstubAllEnvs()
  }
})

const hasPython = spawnSync('python3', ['--version']).status === 0
const isSkipped = !hasPython && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write('Skipped: python3 is not installed.\n')

test.skipIf(isSkipped)('JUnit is XML to a parser that is not ours', async () => {
  const junit = join(folder, 'junit.xml')
  const rules = '{ name: "<&\\"\'\\x07>", userAgent: "]]>", count: 2 }'
  expect((await run({ expect: [rules], junit })).code).toBe(99)
  const script = `
import json, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
print(json.dumps([[case.get('name'), [part.tag for part in case]] for case in root.iter('testcase')]))
print(json.dumps([suite.attrib['failures'] for suite in root]))`
  const { stdout, stderr } = spawnSync('python3', ['-c', script, junit], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line)),
  ).toEqual([
    [
      ['<&"\'\ufffd>: userAgent ]]>', ['failure']],
      ['<&"\'\ufffd>: count 2', ['system-out']],
    ],
    ['1'],
  ])
  expect(await readFile(junit, 'utf8')).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/)
})

test('what cannot be used is refused with its place in the file', async () => {
  const yaml = await file('bad.yaml', '- maxInFlight: 8\n- where: { model: x }\n  maxInFligth: 1\n')
  await expect(run({ expect: [yaml] })).rejects.toThrow(
    `${yaml}:3:3: there is no assertion maxInFligth: did you mean maxInFlight?`,
  )
  const json = await file('bad.json', '{\n  "rate": { "atMost": 3, "per": "soon" }\n}\n')
  await expect(run({ expect: [json] })).rejects.toThrow(
    `${json}:2:26: "soon" is not allowed; write a duration such as 350ms`,
  )
  await expect(run({ expect: ['maxInFlight: 0'] })).rejects.toThrow(
    '--expect:1:1: 0 is not allowed',
  )
  await expect(run({ expect: ['{ maxInFlight'] })).rejects.toThrow('--expect:1:14')
  await expect(run({ expect: [join(folder, 'none.yaml')] })).rejects.toThrow('(ENOENT)')
  await expect(run({})).rejects.toThrow(
    "--expect: write FILE or RULES, e.g. --expect 'maxInFlight: 8'",
  )
  await expect(run({ expect: ['noneOpen'], url: 'ftp://x' })).rejects.toThrow('--url: "ftp://x"')
})

test('where no mock server answers, it exits with 3', async () => {
  const closed = await createMockServer({ logLevel: 'error' })
  await closed.close()
  const { code, stderr } = await run({ expect: ['noneOpen'], url: closed.url })
  expect([code, stderr]).toEqual([
    3,
    `tokadence: ${closed.origin}/_tokadence/verify does not answer (ECONNREFUSED)\n`,
  ])
  const wrong = await run({ expect: ['noneOpen'], url: `${mock.origin}/elsewhere` })
  expect(wrong.stderr).toMatch(/ is no control plane of a mock server: it answers 404\n$/)
})

test('the program itself lists every assertion, and refuses wrong usage with 2', async () => {
  const listed = await runMain(['verify', '--list'])
  const refused = await runMain(['verify', '--expect', 'maxInFligth: 1'])
  expect(listed.code).toBe(0)
  expect(listed.stdout).toMatch(/^maxInFlight: N\n {2}Never more than so many requests/m)
  expect([refused.code, refused.stderr]).toEqual([
    2,
    'tokadence: --expect:1:1: there is no assertion maxInFligth: did you mean maxInFlight?\n',
  ])
})
