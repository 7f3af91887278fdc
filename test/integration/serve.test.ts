import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { flagName } from '../../base/option-table.ts'
import { version } from '../../base/package.ts'
import { serverOptions } from '../../mock-server/options.ts'
import { eventually } from '../helpers/eventually.ts'
import { runProgram, startServe } from '../helpers/program.ts'
import { chatBody, postChat, readStream } from '../helpers/read-stream.ts'
import { runMain } from '../helpers/run-main.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-serve-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

function write(yaml: string): string {
  const path = join(folder, `config-${++files}.yaml`)
  writeFileSync(path, yaml)
  return path
}

/** In a folder without a tokadence.yaml. */
function run(args: readonly string[], env: Record<string, string> = {}) {
  return runMain(args, { env, cwd: folder })
}

test('serve prints the two lines a client needs, and answers a client with them', async () => {
  const { program, url } = await startServe([
    '--api-key',
    'sk-mine',
    '--ttft',
    '0',
    '--tokens',
    '3',
  ])
  await using _ = program
  expect(program.stdout).toBe(`export OPENAI_BASE_URL=${url}\nexport OPENAI_API_KEY=sk-mine\n`)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/)
  const headers = { authorization: 'Bearer sk-mine' }
  const stream = await readStream(
    await postChat(url, chatBody('Hi.', { stream: true }), { headers }),
  )
  expect([stream.status, stream.events.at(-1), stream.events.length]).toEqual([200, '[DONE]', 6])
  expect((await postChat(url, chatBody('Hi.'))).status).toBe(401)
})

test('SIGTERM lets a running stream come to its end, refuses new requests and exits 0', async () => {
  const { program, url, origin } = await startServe([
    '--ttft',
    '0',
    '--itl',
    '25ms',
    '--tokens',
    '40',
  ])
  await using _ = program
  const response = await postChat(url, chatBody('Hi.', { stream: true }))
  const reading = readStream(response)
  program.process.kill('SIGTERM')
  await eventually(() => (program.stderr.includes('draining') ? true : undefined))
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow('fetch failed') // it no longer listens
  const { events, content } = await reading
  expect(events.at(-1)).toBe('[DONE]')
  expect(events).toHaveLength(43) // role, 40 tokens, finish, [DONE]
  expect(content.endsWith('.')).toBe(true)
  expect(await program.exit).toBe(0)
})

test('SIGINT ends an idle server with 130', async () => {
  const { program } = await startServe()
  await using _ = program
  program.process.kill('SIGINT')
  expect(await program.exit).toBe(130)
})

test('a second signal, of whatever kind, ends it at once', async () => {
  const { program, url } = await startServe(['--ttft', '0', '--itl', '1s', '--tokens', '100'])
  await using _ = program
  const response = await postChat(url, chatBody('Hi.', { stream: true }))
  program.process.kill('SIGINT')
  await eventually(() => (program.stderr.includes('draining') ? true : undefined))
  program.process.kill('SIGTERM')
  expect(await program.exit).toBe(null)
  await expect(readStream(response)).rejects.toThrow()
})

test('a flag beats the environment, that the file, that the default; config shows where from', async () => {
  const config = write('itl: 5ms\nttft: 9ms\nserve:\n  tokens: 7\n')
  const env = { TOKADENCE_TTFT: '20ms', TOKADENCE_API_KEY: 'sk-secret-key' }
  const { code, stdout } = await run(['config', '--config', config, '--json'], {
    ...env,
    TOKADENCE_UPSTREAM_KEY: 'sk-other-key',
  })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    port: { value: 4010, origin: 'default' },
    itl: { value: '5ms', origin: `${config}:1:1` },
    ttft: { value: '20ms', origin: 'TOKADENCE_TTFT' },
    tokens: { value: '7', origin: `${config}:4:3` },
    apiKey: { value: ['sk-…'], origin: 'TOKADENCE_API_KEY' }, // secrets stay secret
    upstreamKey: { value: 'sk-…', origin: 'TOKADENCE_UPSTREAM_KEY' },
  })
  const { program, origin } = await startServe(['--config', config, '--tokens', '2'], { env })
  await using _ = program
  const headers = { authorization: 'Bearer sk-secret-key' }
  await postChat(`${origin}/v1`, chatBody('Hi.'), { headers })
  const page = await fetch(`${origin}/_tokadence/requests`)
  const journal = (await page.json()) as { requests: { intended: { dueMs: number[] } }[] }
  expect(journal.requests[0]!.intended.dueMs).toEqual([20, 25]) // environment, file; flag
})

test('config in plain text has a line for each option', async () => {
  const { code, stdout } = await run(['config'], { TOKADENCE_RPM: '60' })
  expect(code).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(Object.keys(serverOptions).length)
  expect(lines[0]).toMatch(/^--port +4010 {2}\(default\)$/)
  expect(lines.find(line => line.startsWith('--rpm'))).toMatch(/^--rpm +60 {2}\(TOKADENCE_RPM\)$/)
})

test('config --schema is a JSON schema that knows every server option and section', async () => {
  const { code, stdout } = await run(['config', '--schema'])
  expect(code).toBe(0)
  const schema = JSON.parse(stdout)
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
  expect(schema.additionalProperties).toBe(false)
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining([...Object.keys(serverOptions), 'serve', 'bench', 'chat']),
  )
  expect(schema.properties.serve.properties.port).toEqual({
    type: ['integer'],
    description: serverOptions.port.help,
    default: 4010,
  })
})

test('--help of serve lists every option and its default', async () => {
  const { code, stdout, stderr } = await run(['serve', '--help'])
  expect([code, stderr]).toEqual([0, ''])
  for (const [key, { help, fallback, shape }] of Object.entries(serverOptions)) {
    const text = stdout.replace(/\s+/g, ' ')
    expect(text).toContain(`${flagName(key)} `)
    expect(text).toContain(help.slice(0, 30))
    if (fallback !== undefined && shape !== 'list' && shape !== 'flag') {
      expect(text).toContain(`[default: ${fallback}]`)
    }
  }
})

test('--help lists the commands, --version the version', async () => {
  const help = await run(['--help'])
  const shown = await runProgram(['--version'])
  expect(help.code).toBe(0)
  for (const name of ['serve', 'chat', 'summarise', 'bench', 'demo', 'config']) {
    expect(help.stdout).toMatch(new RegExp(`^ +tokadence ${name} `, 'm'))
  }
  expect(shown).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

const misspelt = write('ttft: 5ms\nserve:\n  tfft: 5ms\n')
const stray = write('itl: 1ms\nttfft: 5ms\n')
const broken = write('ttft: [1,\n')
const wrong = write('\nserve:\n  port: http\n')

test.each<[string, string[], Record<string, string>, string]>([
  [
    'a wrong value of a flag',
    ['serve', '--port', 'http'],
    {},
    '--port: "http" is not allowed; write a whole number from 0 to 65535',
  ],
  [
    'a wrong value of a variable',
    ['serve'],
    { TOKADENCE_TTFT: 'soon' },
    'TOKADENCE_TTFT: "soon" is not allowed; write a constant (200ms), or uniform(a,b), normal(mean=…,sd=…), lognormal(p50=…,p95=…), gamma(mean=…,cv=…), exponential(mean=…), weibull(mean=…,shape=…), pareto(min=…,p99=…) or quantiles(p0=…,p50=…,p100=…); or the name of a trace: azure-code-gaps, azure-conv-gaps, mooncake-synthetic-gaps',
  ],
  [
    'a wrong value in the file',
    ['serve', '--config', wrong],
    {},
    `${wrong}:3:3: "http" is not allowed; write a whole number from 0 to 65535`,
  ],
  [
    'a flag without its value',
    ['serve', '--ttft'],
    {},
    '--ttft: "" is not allowed; write a constant (200ms), or uniform(a,b), normal(mean=…,sd=…), lognormal(p50=…,p95=…), gamma(mean=…,cv=…), exponential(mean=…), weibull(mean=…,shape=…), pareto(min=…,p99=…) or quantiles(p0=…,p50=…,p100=…); or the name of a trace: azure-code-gaps, azure-conv-gaps, mooncake-synthetic-gaps',
  ],
  [
    'an unknown flag',
    ['serve', '--prot', '5'],
    {},
    '--prot: there is no option prot: did you mean port?',
  ],
  [
    "an unknown key in the command's section",
    ['serve', '--config', misspelt],
    {},
    `${misspelt}:3:3: there is no option tfft: did you mean ttft?`,
  ],
  [
    'a key that no command knows',
    ['serve', '--config', stray],
    {},
    `${stray}:2:1: there is no option ttfft: did you mean ttft?`,
  ],
  [
    'a variable that no command knows',
    ['serve'],
    { TOKADENCE_APIKEY: 'sk-secret' },
    'TOKADENCE_APIKEY: there is no option apikey: did you mean apiKey?',
  ],
  ['an unknown command', ['serv'], {}, 'serv: there is no such command: did you mean serve?'],
  [
    'a stray word',
    ['serve', 'extra'],
    {},
    'serve: "extra" is not allowed; serve takes options only',
  ],
  [
    'a file that is not there',
    ['serve', '--config', 'missing.yaml'],
    {},
    'config: "missing.yaml" is not allowed; the file cannot be read (ENOENT)',
  ],
  [
    'an unknown level',
    ['serve', '--log-level', 'loud'],
    {},
    '--log-level: "loud" is not allowed; choose one of silent, error, info, debug',
  ],
])('%s is refused in one line, with 2', async (_, args, env, line) => {
  expect(await run(args, env)).toEqual({ code: 2, stdout: '', stderr: `tokadence: ${line}\n` })
})

test('broken YAML is refused with its place', async () => {
  const { code, stderr } = await runProgram(['serve', '--config', broken])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^tokadence: .*\.yaml:\d+:\d+: .*\n$/)
})

test('a port that is taken is refused by name', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  const { code, stderr } = await run(['serve', '--port', String(port)])
  taken.close()
  expect(code).toBe(2)
  expect(stderr).toBe(
    `tokadence: port: ${port} is not allowed; 127.0.0.1:${port} is taken; choose another\n`,
  )
})

test('tokadence.yaml in the working folder is read without being named', async () => {
  const own = mkdtempSync(join(folder, 'own-'))
  writeFileSync(join(own, 'tokadence.yaml'), 'port: 4321\n')
  const { stdout } = await runMain(['config'], { cwd: own })
  expect(stdout).toMatch(/^--port +4321 {2}\(tokadence\.yaml:1:1\)$/m)
})
