/** A load that several worker threads share, against a real server: it is the load of one, and it ends as one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OptionError } from '../../base/option-error.ts'
import { type BenchOptions, runBench, type Sample } from '../../bench/index.ts'
import { wholeUs } from '../../bench/microseconds.ts'
import { startBenchServer, streams } from '../helpers/bench-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'workers-'))
const manner = streams({ ttftMs: 5, tokens: 3, gapMs: 2, usageOutput: 3 })

let begun = 0
let alive = 0
function count(worker: Worker): void {
  begun++
  alive++
  worker.on('exit', () => alive--)
}
beforeAll(() => {
  process.on('worker', count)
})
afterAll(() => {
  process.off('worker', count)
  rmSync(folder, { recursive: true })
})

async function run(options: BenchOptions, signal?: AbortSignal) {
  await using server = await startBenchServer(manner)
  const samples: Sample[] = []
  const summary = await runBench(
    { url: server.url, warmup: 0, invalid: 'warn', ...options },
    {
      onSample: sample => samples.push(sample),
      ...(signal && { signal }),
    },
  )
  const { sent, ok, failed, cut, open } = summary.counts
  expect(sent).toBe(ok + failed + cut + open)
  expect(samples).toHaveLength(sent)
  return { summary, samples, bodies: server.bodies }
}

/** In µs from the first. */
function dueTimes(samples: readonly Sample[]): readonly number[] {
  const due = samples.map(({ dueAtMs = 0 }) => dueAtMs).sort((a, b) => a - b)
  return due.map(dueAtMs => wholeUs(dueAtMs - due[0]!))
}

const script = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe.concurrent('several workers', () => {
  it('send at a rate what one sends: the same requests, due at the same µs', async () => {
    const options = { rate: 200, requests: 40, seed: 'rate', inputTokens: 'uniform(5,40)' }
    const one = await run(options)
    const two = await run({ ...options, workers: 2 })
    expect(two.bodies).toHaveLength(40)
    expect([...two.bodies].sort()).toEqual([...one.bodies].sort())
    expect(new Set(two.bodies).size).toBe(40)
    const apart = dueTimes(two.samples).map((us, i) => Math.abs(us - dueTimes(one.samples)[i]!))
    // Each run begins somewhere between two µs.
    expect(Math.max(...apart)).toBeLessThan(0.0021)
    const indices = two.samples.map(({ index }) => index).sort((a, b) => a - b)
    expect(indices).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(two.summary.load.workers).toBe(2)
    expect(one.summary.load.workers).toBe(undefined)
    expect(two.summary.generator.workers).toHaveLength(2)
    expect(two.summary.lagMs.min).toBeGreaterThanOrEqual(0)
  })

  it('send so many requests and not one more, on connections that are divided among them', async () => {
    const options = { connections: 7, requests: 41, seed: 'closed' }
    const { summary, bodies } = await run({ ...options, workers: 2 })
    const one = await run(options)
    expect(summary.counts).toMatchObject({ sent: 41, ok: 41, warmup: 0 })
    expect([...bodies].sort()).toEqual([...one.bodies].sort())
    expect(summary.load.connectionsOpened).toBeLessThanOrEqual(7)
    expect(summary.tokens.output).toBe(123)
  })

  it('that are interrupted wait for what is in flight, and leave no thread', async () => {
    const stop = new AbortController()
    const options = { users: 4, think: '5ms', duration: '60s', workers: 2 }
    await using server = await startBenchServer(manner)
    let seen = 0
    const { run, counts } = await runBench(
      { url: server.url, warmup: 0, invalid: 'warn', ...options },
      {
        signal: stop.signal,
        onSample() {
          if (++seen === 20) stop.abort()
        },
      },
    )
    expect(run.interrupted).toBe(true)
    expect(counts.sent).toBeGreaterThanOrEqual(20)
    expect(server.bodies.length).toBeGreaterThanOrEqual(counts.sent)
    // Those that no worker waited for; a stalled machine may leave each user's.
    expect(counts.open).toBeLessThanOrEqual(4)
  })

  it('of which one is lost end the run with its name, and what was told stays', async () => {
    const path = script(
      'dies.mjs',
      `import { isMainThread, workerData } from 'node:worker_threads'
      export function next({ index }) {
        if (!isMainThread && workerData.share.number === 1 && index > 30) process.exit(7)
        return String(index)
      }`,
    )
    await using server = await startBenchServer(manner)
    const settled: number[] = []
    const running = runBench(
      { url: server.url, warmup: 0, connections: 4, duration: '60s', workers: 2, script: path },
      {
        onEvent(event) {
          if (event.type === 'sample' && event.sample.outcome === 'ok')
            settled.push(event.sample.index)
        },
      },
    )
    await expect(running).rejects.toThrow('worker 2 of 2 ended by itself, with code 7')
    // But for those that were in flight in the thread that is gone.
    expect(settled.length).toBeGreaterThanOrEqual(server.bodies.length - 2)
    expect(settled.length).toBeGreaterThan(20)
  })
})

it('no thread outlives its run', () => {
  expect(begun).toBeGreaterThanOrEqual(8)
  expect(alive).toBe(0)
})

it.each([
  [{ connections: 3, workers: 4 }, 'the load has 3 connections to divide: write 1 to 3'],
  [{ users: 2, workers: 4 }, 'the load has 2 users to divide: write 1 to 2'],
  [{ retries: 'client', workers: 2 }, 'the reference client keeps its limits and its pauses'],
  [{ promptLines: ['-'], workers: 2 }, 'standard input can be read once only'],
  [{ workers: 65 }, 'write a whole number from 1 to 64'],
  [{ workers: 2, against: 'http://127.0.0.1:9/v1' }, 'it does not go together with --against'],
] satisfies [BenchOptions, string][])('refuses %j', async (options, why) => {
  const before = begun
  const running = runBench({ url: 'http://127.0.0.1:9/v1', ...options })
  await expect(running).rejects.toThrow(OptionError)
  await expect(running).rejects.toThrow(why)
  expect(begun).toBe(before)
})
