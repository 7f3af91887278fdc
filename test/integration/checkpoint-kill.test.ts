/**
 * A batch that is killed with SIGKILL again and again, and goes on: every document is there once at the end, and the
 * server has finished each once. What it had answered in whole in the instant before the process died, and is asked
 * again, it gives again from memory.
 *
 * TOKADENCE_TEST_FULL=1, or TOKADENCE_KILLS=20, runs it in full (300 documents), and prints how often that was.
 */
import { exec } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../base/random.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { runProgram, startProgram } from '../helpers/program.ts'

const isFull = process.env.TOKADENCE_TEST_FULL === '1'
const kills = Number(process.env.TOKADENCE_KILLS ?? (isFull ? 20 : 2))
const documents = kills < 20 ? 40 : 300

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-'))
  for (let i = 0; i < documents; i++) {
    const name = `document-${String(i).padStart(3, '0')}.md`
    await writeFile(join(folder, name), `# Document ${i}\n\nIt says that ${i} is a number.`)
  }
})
afterAll(() => rm(folder, { recursive: true }))

test(`${kills} kills lose no document, and none is finished twice`, async () => {
  await using mock = await createMockServer({ ttft: 40, itl: 4, tokens: 12 })
  const random = createRandom(process.env.TOKADENCE_SEED ?? '5', 'kills')
  const file = join(folder, 'checkpoint.jsonl')
  const args = [
    ...['summarise', join(folder, '*.md'), '--url', mock.url, '--json', '--max-tokens', '16'],
    ...['--concurrency', '5', '--pace', 'fixed', '--checkpoint', file, '--resume'],
  ]

  for (let kill = 0; kill < kills; kill++) {
    const before = mock.requests().length
    await using program = startProgram(args)
    // So many requests further on than the last time, and then at any moment of the next one.
    const share = (documents - 10) / kills
    const further = Math.max(1, Math.round(share * random.next() * 1.5))
    const target = Math.min(before + further, documents - 8) // before it is over
    await eventually(() => {
      if (program.process.exitCode !== null) throw new Error(`It ended: ${program.stderr}`)
      return mock.requests().length >= target || undefined
    }, 30_000)
    // By a process of its own: a timer here would fire in step with the server's writes.
    const delaySeconds = (random.next() * 0.06).toFixed(3)
    exec(`sleep ${delaySeconds}; kill -9 ${program.process.pid}`)
    expect(await program.exit).toBe(null)
  }

  const { code, stdout, stderr } = await runProgram(args)
  expect(stderr).not.toContain('tokadence:')
  expect(code).toBe(0)
  const { summaries, total } = JSON.parse(stdout)
  const names = summaries.map(({ name }: { name: string }) => name)
  expect(new Set(names).size).toBe(documents)
  expect(names).toHaveLength(documents)
  expect(total).toMatchObject({ summarised: documents, failed: 0 })

  // One line of the file is one answer that was kept: none twice.
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(1)
  const kept = lines.map(line => JSON.parse(line).key as string)
  expect(kept).toHaveLength(documents)
  expect(new Set(kept).size).toBe(documents)

  const finished = new Map<string, number>()
  let cut = 0
  let replayed = 0
  for (const { headers, done, replayOf } of mock.requests()) {
    const key = headers?.['idempotency-key'] ?? ''
    if (done.outcome !== 'ok') cut++
    else if (replayOf !== undefined) replayed++
    else finished.set(key, (finished.get(key) ?? 0) + 1)
  }
  // What was kept was not asked again: only what was at work at a kill was, at most the concurrency each time.
  expect([...finished.keys()].sort()).toEqual([...kept].sort())
  const twice = [...finished.values()].filter(count => count > 1).length
  expect(twice).toBe(0)
  expect(mock.requests().length).toBe(documents + cut + replayed)
  expect(cut + replayed).toBeLessThanOrEqual(kills * 5)
  if (kills > 2) {
    const figures = { kills, documents, requests: mock.requests().length, twice, replayed, cut }
    process.stdout.write(`${JSON.stringify(figures)}\n`)
  }
}, 240_000)
