import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { command } from '../../cli/summarise.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { runCommand } from '../helpers/run-command.ts'

const quick = { ttft: 0, itl: 0, tokens: 8, logLevel: 'error' } as const

let folder: string
let files: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-'))
  files = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const path = join(folder, `${i}.md`)
      await writeFile(path, `# Document ${i}\n\nIt says ${i}.\n`)
      return path
    }),
  )
})
afterAll(() => rm(folder, { recursive: true }))

function summarise(
  given: Readonly<Record<string, unknown>>,
  words: readonly string[],
  signal = new AbortController().signal,
) {
  return runCommand(command, given, { words, signal })
}

test('a batch that was interrupted goes on: what was answered is not asked again', async () => {
  await using mock = await createMockServer({ ...quick, ttft: 30 })
  const given = { url: mock.url, checkpoint: join(folder, 'a.jsonl'), concurrency: 1 }
  const controller = new AbortController()
  const first = summarise(given, [join(folder, '*.md')], controller.signal)
  while (mock.requests().filter(({ done }) => done.outcome === 'ok').length < 3) {
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  controller.abort('SIGINT')
  const stopped = await first
  expect(stopped.code).toBe(130)
  expect(stopped.stderr).toContain('go on with --resume')

  const answered = (await readFile(given.checkpoint, 'utf8'))
    .split('\n')
    .filter(line => line.includes('"value"')).length
  expect(answered).toBeGreaterThanOrEqual(2)
  mock.reset()
  const { code, stdout } = await summarise({ ...given, resume: true, json: true }, files)
  expect(code).toBe(0)
  const { summaries, total } = JSON.parse(stdout)
  expect(summaries.map(({ name }: { name: string }) => name)).toEqual(files)
  expect(total).toMatchObject({ summarised: 6, failed: 0, resumed: answered })
  expect(mock.requests()).toHaveLength(6 - answered)
  mock.verify({ sentIdempotencyKey: true }).orThrow()

  mock.reset()
  const again = await summarise({ ...given, resume: true }, files)
  expect(mock.requests()).toHaveLength(0)
  expect(again.stdout).toContain('6 summarised (6 from the checkpoint) · 0 failed')
})

test('a document that has changed is asked anew, and other settings are refused', async () => {
  await using mock = await createMockServer(quick)
  const given = { url: mock.url, checkpoint: join(folder, 'b.jsonl') }
  const changing = join(folder, 'changing.txt')
  await writeFile(changing, 'One.')
  await summarise(given, [files[0]!, changing])
  await writeFile(changing, 'Two.')
  mock.reset()
  const { stdout } = await summarise({ ...given, resume: true, json: true }, [files[0]!, changing])
  const resumed = JSON.parse(stdout).summaries.map((one: { isResumed: boolean }) => one.isResumed)
  expect(resumed).toEqual([true, false])
  await expect(summarise({ ...given, resume: true, maxTokens: 9 }, files)).rejects.toThrow(
    'it was written under other settings (maxTokens was 200 and is 9)',
  )
  await expect(summarise(given, files)).rejects.toThrow('add --resume')
  await expect(summarise({ url: mock.url, resume: true }, files)).rejects.toThrow(
    '--checkpoint FILE',
  )
})

test('a long document goes on from the parts that were answered', async () => {
  await using mock = await createMockServer({ ...quick, tokens: 4 })
  const long = join(folder, 'long.txt')
  const paragraphs = Array.from({ length: 12 }, (_, i) => `Paragraph ${i} says a thing or two.`)
  await writeFile(long, paragraphs.join('\n\n'))
  const given = {
    ...{ url: mock.url, checkpoint: join(folder, 'c.jsonl'), concurrency: 2 },
    ...{ maxTokens: 8, chunkTokens: 30 },
  }
  await summarise(given, [long])
  const lines = (await readFile(given.checkpoint, 'utf8')).trimEnd().split('\n')
  const requests = mock.requests().length
  expect(lines).toHaveLength(requests + 1)
  await writeFile(given.checkpoint, `${lines.slice(0, 3).join('\n')}\n`)
  mock.reset()
  expect((await summarise({ ...given, resume: true }, [long])).code).toBe(0)
  expect(mock.requests()).toHaveLength(requests - 2)
})

test('maxCost holds for the whole batch, earlier runs included, and says what was not done', async () => {
  await using mock = await createMockServer(quick)
  const given = { url: mock.url, checkpoint: join(folder, 'd.jsonl'), maxTokens: 8, concurrency: 2 }
  // A request costs 52 or so tokens in and 8 out: some $0.0000135.
  const cheap = await summarise({ ...given, maxCost: '0.00004', json: true }, files)
  expect(cheap.code).toBe(1)
  const { summaries, total } = JSON.parse(cheap.stdout)
  expect(total.nanoDollars).toBeLessThanOrEqual(40_000)
  expect(total.summarised).toBeGreaterThanOrEqual(1)
  expect(total.summarised + total.failed).toBe(6)
  const failed = summaries.filter(({ error }: { error?: object }) => error)
  expect(failed[0].error.failure).toMatchObject({ kind: 'budget', which: 'client' })
  expect(mock.requests()).toHaveLength(total.summarised)

  const same = await summarise({ ...given, maxCost: '0.00004', resume: true }, files)
  expect(mock.requests()).toHaveLength(total.summarised)
  expect(same.stdout).toContain(`${total.failed} of 6 failed:\n  ${folder}`)
  const enough = await summarise({ ...given, maxCost: 1, resume: true, order: 'completed' }, files)
  expect(enough.code).toBe(0)
  expect(mock.requests()).toHaveLength(6)
})
