/** `tokadence tune` against the mock server's slots and limits, and the reference client as a driver. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOptions } from '../../base/option-table.ts'
import { runBench, type Sample } from '../../bench/index.ts'
import type { Found } from '../../bench/tune/found.ts'
import { tuneOptions } from '../../bench/tune/options.ts'
import { tune as tuneWith } from '../../bench/tune/tune.ts'
import { command } from '../../cli/tune.ts'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { runTyped } from '../helpers/run-command.ts'
import { shareTime } from '../helpers/shared-time.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-tune-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Replies of 160 ms. */
const reply = { ttft: '60ms', itl: '10ms', tokens: 11 } as const

function tune(given: Readonly<Record<string, unknown>>, signal?: AbortSignal) {
  return runTyped(command, given, signal)
}

/**
 * A search against a server of slow replies, 5 s each, in a time of their own that both share: its steps are a hundredth of
 * a reply, and however slow the machine is, nobody sees it.
 */
async function searched(
  server: MockServerOptions,
  more: { readonly maxConcurrency?: number } = {},
) {
  const slow = { ttft: '4s', itl: '100ms', tokens: 11, clock: 'manual' } as const
  await using mock = await createMockServer({ ...slow, ...server })
  const time = shareTime(mock, 50)
  const given = { url: mock.url, slo: ['ttft: p(95)<10s'], point: '15s', ...more }
  const done = tuneWith(readOptions(tuneOptions, given, 'test'), { clock: time.clock })
  await time.runUntil(done, 3_600_000)
  return await done
}

describe('a search', { timeout: 60_000 }, () => {
  it.each([8])('finds the %i slots of a server that queues', async slots => {
    const { cap, curves, verdict, answer } = await searched({ slots })
    expect(cap).toBe(slots)
    expect(verdict).toBe('found')
    expect(answer).toMatch(/^cap \d: (9[789]|100) % of best goodput, 0 % throttled, TTFT p95 4/)
    expect(curves[0]?.binding.what).toBe('slots')
    expect(curves[0]?.binding.because).toContain(`about ${slots} are at work at once`)
    // B slots and replies of S seconds bring B / S a second.
    expect(curves[0]?.points.at(-1)?.goodputRps).toBeCloseTo(slots / 5, 1)
  })

  it('says RPM where requests a minute are the limit, though a full bucket lends more', async () => {
    const { cap, curves } = await searched({ rpm: 30, slots: 16 })
    expect(curves[0]?.binding.what).toBe('rpm')
    expect(curves[0]?.limits.requests?.perMinute).toBe(30)
    // Half a request a second of 5 s each: by Little's law 2.5 in flight.
    expect(cap).toBe(3)
  })

  it('says TPM where tokens a minute are, and how large a request is', async () => {
    const { curves } = await searched({ tpm: 2000, slots: 16 })
    expect(curves[0]?.binding.what).toBe('tpm')
    expect(curves[0]?.binding.because).toMatch(/2000 tokens a minute, .* of about \d+ tokens each/)
  })
})

describe('tokadence tune', () => {
  it('prints the curve and the answer, writes files, and exits with 0', async () => {
    const [html, json] = [join(folder, 'tune.html'), join(folder, 'tune.json')]
    await using mock = await createMockServer({ ...reply, rpm: 120 })
    const { code, out, err } = await tune({ url: mock.url, point: '150ms', html, json })
    expect(out).toMatch(/in flight +goodput\/s/)
    expect(out).toMatch(/^RPM binds: the server allows 120 requests a minute, 2 requests a second/m)
    expect(out).toMatch(/^cap 1: (9[7-9]|100) % of best goodput, 0 % throttled, TTFT p95 \d+/m)
    expect(err).toMatch(/^client · doubling · 1 in flight: \d/m)
    expect(code).toBe(0)
    expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>[\s\S]*cap 1[\s\S]*<\/html>\n$/)
    const found: Found = JSON.parse(await readFile(json, 'utf8'))
    expect(found).toMatchObject({ schema: 'tokadence-tune/1', verdict: 'found', cap: 1 })
  })
})

describe('tokadence tune, where there is nothing to find', () => {
  it('exits with 4 and says why where no request ends ok', async () => {
    await using mock = await createMockServer({ ...reply, apiKey: 'sk-other' })
    const { code, out } = await tune({ url: mock.url, point: '100ms' })
    expect(code).toBe(4)
    expect(out).toMatch(/^inconclusive: at 1 in flight no request ended ok \(401: /m)
  })

  it('is inconclusive, which exits with 4, where goodput still grows at the highest', async () => {
    const { verdict, curves } = await searched({}, { maxConcurrency: 2 })
    expect(verdict).toBe('inconclusive')
    expect(curves[0]?.binding.because).toMatch(/^goodput still grew at 2 in flight/)
  })

  it('exits with 3 where nothing listens, and refuses an endpoint that the client does not send', async () => {
    const { code, err } = await tune({ url: 'http://127.0.0.1:1/v1' })
    expect(code).toBe(3)
    expect(err).toContain('cannot be reached')
    await using mock = await createMockServer(reply)
    await expect(tune({ url: mock.url, endpoint: 'embeddings' })).rejects.toThrow(
      /endpoint: .*the reference client sends chat completions only/,
    )
  })

  it('prints what it has when interrupted, and exits with 130', async () => {
    await using mock = await createMockServer(reply)
    const controller = new AbortController()
    const running = tune({ url: mock.url, point: '150ms' }, controller.signal)
    await eventually(() => mock.requests().length > 16 || undefined, 30_000) // past the first point
    controller.abort('SIGINT')
    const { code, out } = await running
    expect(code).toBe(130)
    expect(out).toMatch(/^interrupted: this is as far as it came/m)
    expect(out).toMatch(/^ +1 +\d/m)
  })
})

describe('bench --retries client', () => {
  it('counts tries apart from requests, and waits for what the server asks', async () => {
    await using mock = await createMockServer({ ...reply, slots: 2, queue: 0, overload: '429' })
    const samples: Sample[] = []
    const { counts, load } = await runBench(
      { url: mock.url, retries: 'client', connections: 4, warmup: '0s', duration: '1s' },
      { onSample: sample => samples.push(sample) },
    )
    expect(load.driver).toContain('reference client')
    expect(counts.sent).toBe(counts.ok + counts.failed + counts.cut + counts.open)
    expect(counts.attempts).toBeGreaterThan(counts.sent)
    const tries = samples.flatMap(({ givenUp }) => givenUp)
    expect(tries.length).toBeGreaterThan(0)
    expect(tries.every(({ status }) => status === 429)).toBe(true)
    expect(Math.max(...tries.map(({ waitedMs }) => waitedMs))).toBeGreaterThan(5)
  })
})
