/** The examples, run as their readers would run them. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')))
const hasPython = spawnSync('python3', ['--version']).status === 0
const isSkipped = !hasPython && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write('Skipped: python3 is not installed.\n')

test('the vitest example passes, all of it', async () => {
  // In one process: to load the server for each file is most of the time.
  const once = ['--no-isolate', '--max-workers', '1', '--no-cache', '--reporter', 'json']
  // A user's machine has nothing else to do.
  const patient = ['--testTimeout', '60000']
  const args = [vitest, 'run', '--root', 'examples/vitest', ...once, ...patient]
  const { code, stdout, stderr } = await run(process.execPath, args)
  expect(code, stdout + stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    success: true,
    numTotalTestSuites: 2,
    numTotalTests: 6,
    numPassedTests: 6,
  })
})

test.skipIf(isSkipped)('the Python example streams an answer and says its TTFT', async () => {
  await using mock = await createMockServer({ ttft: '80ms', itl: 0, apiKey: ['sk-mine'] })
  const { code, stdout, stderr } = await run(
    'python3',
    ['examples/python/stream.py', 'Reply with exactly this text and nothing else: Grüße, 世界.'],
    { OPENAI_BASE_URL: mock.url, OPENAI_API_KEY: 'sk-mine', PYTHONIOENCODING: 'utf-8' },
  )
  expect(code, stderr).toBe(0)
  expect(stdout).toBe('Grüße, 世界.\n')
  const ttftMs = Number(/^TTFT (\d+) ms\n$/.exec(stderr)?.[1])
  expect(ttftMs).toBeGreaterThanOrEqual(79) // it is rounded
  expect(ttftMs).toBeLessThan(20_000)
  expect(mock.requests()).toMatchObject([{ done: { status: 200 } }])
})

/** In the repository's root, with nothing of this process' environment that could reach a real provider. */
async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH, HOME, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      written[name] += part
    })
  }
  const [code] = await once(child, 'close')
  return { code: code as number | null, ...written }
}
