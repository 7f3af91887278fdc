/** The torture as it is run: real clients in processes of their own, against real servers. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOptions } from '../../base/option-table.ts'
import { runTorture } from '../../bench/torture/run.ts'
import { trials } from '../../bench/torture/trials.ts'
import { command } from '../../cli/torture.ts'
import { faultsOf, tortureCard } from '../helpers/torture-card.ts'

const environment = { PATH: process.env.PATH ?? '' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-torture-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.concurrent('our client is right in every trial, and openai 6 does what it is known for', async () => {
  const card = await tortureCard('--clients', 'tokadence,openai-6', '--timeout', '800ms')
  expect(card.rows.map(({ name }) => name)).toEqual(trials.map(({ name }) => name))
  expect(faultsOf(card, 'tokadence')).toEqual([])
  expect(faultsOf(card, 'openai-6')).toEqual([
    'truncate: silent',
    'done-in-middle: silent',
    'error-200: silent, empty',
    'html-200: silent, empty',
    'empty-200: silent, empty',
    'insufficient-quota: 3 sends',
    'retry-after-past: too soon',
    'retry-after-garbage: too soon',
    'retry-after-negative: too soon',
    'hang-after-headers: hangs',
    'stall: hangs',
    'open-after-done: hangs',
    'unended-last-event: silent',
    'no-last-chunk: error',
    'empty-data: error',
    'empty-event: error',
    'ping-event: error',
    'unknown-event: error',
    'choices-null: error',
    'stop-while-waiting: hangs',
  ])
  const [ours, theirs] = card.clients
  expect(ours).toMatchObject({ right: trials.length, of: trials.length, percent: 100 })
  expect(theirs?.version).toMatch(/^openai 6\.\d+\.\d+$/)
  const { text, sends } = card.rows.find(({ name }) => name === 'truncate')!.results['openai-6']!
  expect([text, sends]).toEqual(['one two three', 1])
})

/** A package of this name whose client does as `body` says when it is asked. */
async function fakeOpenai(version: string, body: string): Promise<string> {
  const root = await mkdtemp(join(folder, 'packages-'))
  const place = join(root, 'node_modules', 'openai')
  await mkdir(place, { recursive: true })
  await writeFile(join(place, 'package.json'), JSON.stringify({ name: 'openai', version }))
  const code = `exports.OpenAI = class {
  constructor({ baseURL }) { this.url = baseURL + '/chat/completions' }
  chat = { completions: { create: async body => {
    const headers = { authorization: 'Bearer k', 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await fetch(this.url, init)
    ${body}
  } } }
}`
  await writeFile(join(place, 'index.js'), code)
  return root
}

test.concurrent('a client that takes its process down loses that trial and no other', async () => {
  const packages = await fakeOpenai(
    '7.0.0',
    `if (answer.headers.get('content-type').includes('html')) {
      setTimeout(() => { throw new TypeError('Out.') })
      await new Promise(() => {})
    }
    throw new Error('Nothing to be had.')`,
  )
  const card = await tortureCard(
    ...['--clients', 'openai-7,ai-sdk', '--packages', packages, '--only', 'html-200,empty-200'],
  )
  const results = card.rows.map(({ name, results }) => [name, results['openai-7']?.mark])
  expect(results).toEqual([
    ['html-200', 'crash'],
    ['empty-200', 'error'],
  ])
  expect(card.rows[0]?.results['openai-7']?.why).toBe('The process ended: TypeError: Out.')
  expect(card.clients.map(({ version }) => version)).toEqual(['openai 7.0.0'])
  expect(card.skipped).toEqual([
    {
      name: 'ai-sdk',
      why: `not found from ${packages}; to have it: npm install ai @ai-sdk/openai`,
    },
  ])
})

test.concurrent("anyone's own program is judged by what it prints, how it exits and what the server saw", async () => {
  const program = join(folder, 'program.mjs')
  await writeFile(
    program,
    `const { OPENAI_BASE_URL, OPENAI_API_KEY, TOKADENCE_PROMPT } = process.env
if (process.argv.at(-1) !== TOKADENCE_PROMPT) throw new Error('no prompt')
const answer = await fetch(OPENAI_BASE_URL + '/chat/completions', {
  method: 'POST',
  headers: { authorization: 'Bearer ' + OPENAI_API_KEY, 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content: TOKADENCE_PROMPT }],
  }),
})
if (!answer.ok) { console.error('refused: ' + answer.status); process.exit(4) }
for (const line of (await answer.text()).split('\\n')) {
  const text = line.startsWith('data: {') && JSON.parse(line.slice(6)).choices?.[0]?.delta.content
  if (text) process.stdout.write(text)
}
`,
  )
  await chmod(program, 0o755)
  const exec = [`${process.execPath} ${program}`]
  const only = ['none', 'truncate', 'http-401', 'stall', 'stop-mid-stream']
  const card = await runTorture({ exec, only, timeout: '1ms' }, { environment })
  expect(card.rows.map(({ name, results }) => [name, results.exec?.mark])).toEqual([
    ['none', 'whole'],
    ['truncate', 'silent'],
    ['http-401', 'error'],
    ['stall', 'hangs'],
    ['stop-mid-stream', 'stopped'],
  ])
  expect(card.rows[2]?.results.exec?.error).toBe('exit code 4: refused: 401')
  expect(card.clients).toMatchObject([{ name: 'exec', version: exec[0], right: 3, of: 5 }])
})

test('a client or a trial that there is not is wrong usage', async () => {
  await expect(runTorture({ clients: ['openai-8'] })).rejects.toThrow('did you mean openai-6?')
  await expect(runTorture({ only: ['trunkate'] })).rejects.toThrow('did you mean truncate?')
})

async function runCommand(given: Parameters<typeof runTorture>[0]) {
  const stdout = new PassThrough().setEncoding('utf8')
  const code = await command.run({
    options: readOptions(command.options, given ?? {}, 'test'),
    origins: { out: '--out' },
    words: [],
    signal: new AbortController().signal,
    stdin: process.stdin,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: new PassThrough() as unknown as NodeJS.WriteStream,
  })
  return { code, stdout: stdout.read() as string }
}

test.concurrent('the command prints the card, writes it in three forms, and exits with 99 below the score that is asked for', async () => {
  const out = ['md', 'json', 'html'].map(ending => join(folder, `card.${ending}`))
  const exec = ['false']
  const only = ['http-400', 'none']
  const { code, stdout } = await runCommand({ exec, only, out, minScore: 1 })
  expect(code).toBe(99)
  expect(stdout).toContain('http-400    ✗ no send')
  expect(stdout).toContain('exec  0 of 2, 0 %')
  const [markdown, json, page] = await Promise.all(out.map(path => readFile(path, 'utf8')))
  expect(markdown).toContain('| exec | false | 0 of 2, 0 % |')
  expect(JSON.parse(json!)).toMatchObject({ clients: [{ name: 'exec', right: 0, of: 2 }] })
  expect(page).toContain('<strong>0 %</strong>')
})

test('a file of another kind, or in a folder that is not there, is wrong usage before anything is tried', async () => {
  await expect(runCommand({ out: ['card.pdf'] })).rejects.toThrow('.md, .json or .html')
  const gone = join(folder, 'gone', 'card.md')
  await expect(runCommand({ out: [gone] })).rejects.toThrow('the file cannot be written (ENOENT)')
})
