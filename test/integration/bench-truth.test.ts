/** What a bench says of its own error: against a mock server that knows what it did. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runBench } from '../../bench/index.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { startBenchServer, streams } from '../helpers/bench-server.ts'
import { startProgram } from '../helpers/program.ts'
import { runMain } from '../helpers/run-main.ts'

let mock: MockServer
beforeAll(async () => {
  mock = await createMockServer({ port: 0, ttft: 60, itl: 10, tokens: 8, logLevel: 'error' })
})
afterAll(() => mock.close())

it('holds its times against what our mock server says it did', async () => {
  const { truth, counts } = await runBench(
    { url: mock.url, connections: 3, warmup: '100ms', duration: '700ms', invalid: 'warn' },
    {},
  )
  const { joined, of, ttft, itl, e2e, pacing } = truth.server!
  expect(joined).toBe(counts.ok)
  expect(of).toBe(counts.ok)
  expect(itl.count).toBe(counts.ok * 7)
  expect(pacing.count).toBe(counts.ok * 8)
  // A busy machine may take its time, but nothing arrives before it was written.
  for (const { p50 } of [ttft, e2e]) {
    expect(p50).toBeGreaterThan(-1)
    expect(p50).toBeLessThan(300)
  }
})

it('says nothing of a server that tells nothing', async () => {
  await using server = await startBenchServer(streams({ ttftMs: 10, tokens: 3, gapMs: 2 }))
  const { truth } = await runBench({ url: server.url, requests: 5, warmup: '0s', invalid: 'warn' })
  expect(truth.server).toBeNull()
  expect(truth.calibration).toBeNull()
  expect(truth.plusMinus.ttftMs.p50).toBeGreaterThanOrEqual(0)
})

it('measures itself before a run, and prints what that makes of its numbers', async () => {
  const load = ['--connections', '3', '--duration', '500ms', '--warmup', '100ms']
  const trust = ['--calibrate', '1s', '--invalid', 'warn']
  await using program = startProgram(['bench', '--url', mock.url, ...load, ...trust, '--json', '-'])
  expect(await program.exit).toBe(0)
  const { truth } = JSON.parse(program.stdout)
  expect(truth.calibration).toMatchObject({ connections: 3, ttftMs: 100, itlMs: 20 })
  expect(truth.calibration.truth.joined).toBeGreaterThan(0)
  expect(truth.plusMinus.ttftMs.p50).toBeGreaterThan(0)
  expect(program.stderr).toContain('calibrating: 1 s on a mock server at 3 connections')
  expect(program.stderr).toMatch(/trust +TTFT p50 [\d.]+ ± [\d.]+ ms, p99 .* \(floor [\d.]+\)/)
})

it('bench calibrate measures nothing else', async () => {
  const load = ['--connections', '3', '--calibrate', '1s', '--json', '-']
  await using program = startProgram(['bench', 'calibrate', ...load])
  expect(await program.exit).toBe(0)
  const { connections, truth } = JSON.parse(program.stdout)
  expect(connections).toBe(3)
  expect(truth.ttft.count).toBe(truth.joined)
  expect(truth.joined).toBe(truth.of)
})

it('refuses any other word', async () => {
  const { code, stderr } = await runMain(['bench', 'calibrat'])
  expect(code).toBe(2)
  expect(stderr).toContain('bench takes options only, or `calibrate`')
})
