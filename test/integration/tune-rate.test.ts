/** `tokadence tune --over rate` against the mock server's slots and limits. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOptions } from '../../base/option-table.ts'
import { tuneOptions } from '../../bench/tune/options.ts'
import type { FoundRate } from '../../bench/tune/rate-found.ts'
import { tune } from '../../bench/tune/tune.ts'
import { command } from '../../cli/tune.ts'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'
import { runTyped } from '../helpers/run-command.ts'
import { shareTime } from '../helpers/shared-time.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-tune-rate-'))
})
afterAll(() => rm(folder, { recursive: true }))

/**
 * A search against a server of slow replies, 5 s each, in a time of their own that both share: however slow the machine
 * is, nobody sees it.
 */
async function searched(
  server: MockServerOptions,
  given: Readonly<Record<string, unknown>> = {},
): Promise<FoundRate> {
  const slow = { ttft: '4s', itl: '1s', tokens: 2, clock: 'manual' } as const
  await using mock = await createMockServer({ ...slow, ...server })
  const time = shareTime(mock, 100)
  const usual = { url: mock.url, over: 'rate', point: '20s', repeats: 1 } as const
  const options = readOptions(tuneOptions, { ...usual, ...given }, 'test')
  const done = tune(options, { clock: time.clock })
  await time.runUntil(done, 7_200_000)
  const found = await done
  if (found.over !== 'rate') throw new Error('not over rate')
  return found
}

describe('a search over rates', { timeout: 60_000 }, () => {
  it('finds what the slots bring', async () => {
    const { rate, verdict, answer, curves } = await searched({ slots: 8 }, { arrivals: 'constant' })
    // 8 slots and replies of 5 s bring 1.6 a second.
    expect(verdict).toBe('found')
    expect(rate).toBeLessThanOrEqual(1.65)
    expect(rate).toBeGreaterThan(1.4)
    expect(answer).toMatch(
      /^rate 1\.\d+ requests\/s: \d+ % of best goodput, 0 % throttled, TTFT p95 \d/,
    )
    const [curve] = curves
    expect(Math.abs((curve?.ceilingRps ?? 0) - 1.6)).toBeLessThan(0.1)
    expect(curve?.binding.what).toBe('slots')
    expect(curve?.binding.because).toMatch(/about 8 at once of 5.* each/)
    // Little's law: what is counted in flight is throughput × response.
    const point = curve?.points.find(one => one.rate === rate)
    expect(point?.underWay).toBeGreaterThan(6)
    expect(Math.abs((point?.underWay ?? 0) / (point?.inFlight ?? 1) - 1)).toBeLessThan(0.15)
  })

  it('goes up to the requests a minute that are told, and no further', async () => {
    const { rate, curves, answer } = await searched({ rpm: 30, slots: 16 })
    expect(rate).toBe(0.5)
    expect(curves[0]?.binding).toEqual({
      what: 'rpm',
      because: 'the server allows 30 requests a minute, 0.5 requests a second',
    })
    expect(answer).toMatch(/^rate 0\.5 requests\/s: 100 % of best goodput, 0 % throttled/)
  })

  it('says so where the most that may be tried is still kept up', async () => {
    const { verdict, curves } = await searched({}, { maxRate: 1, arrivals: 'constant' })
    expect(verdict).toBe('inconclusive')
    expect(curves[0]?.points.map(({ rate }) => rate)).toEqual([0.2, 0.4, 0.8, 1])
    expect(curves[0]?.binding).toEqual({
      what: 'nothing',
      because: '1 requests/s, the most that was tried, are kept up',
    })
  })
})

describe('tokadence tune --over rate', () => {
  /** Replies of 160 ms. */
  const reply = { ttft: '60ms', itl: '10ms', tokens: 11 } as const

  it('prints the curve, and writes files', async () => {
    const [html, json] = [join(folder, 'rate.html'), join(folder, 'rate.json')]
    await using mock = await createMockServer({ ...reply, rpm: 240 })
    const given = { url: mock.url, over: 'rate', point: '300ms', repeats: 1, html, json }
    const { out, err } = await runTyped(command, given)
    expect(out).toMatch(/rate\/s +goodput\/s +of best +TTFT due p50/)
    expect(out).toContain('retries none, poisson arrivals')
    expect(out).toMatch(/^RPM binds: the server allows 240 requests a minute, 4 requests a second/m)
    expect(err).toMatch(/^none · doubling · 4 requests\/s: \d/m)
    expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>[\s\S]*RPM[\s\S]*<\/html>\n$/)
    const found: FoundRate = JSON.parse(await readFile(json, 'utf8'))
    expect(found).toMatchObject({
      ...{ schema: 'tokadence-tune/1', over: 'rate', cap: null },
      settings: { arrivals: 'poisson', maxRate: 1000 },
    })
  })

  it('exits with 4 and says why where no request ends ok', async () => {
    await using mock = await createMockServer({ ...reply, apiKey: 'sk-other' })
    const { code, out } = await runTyped(command, { url: mock.url, over: 'rate', point: '200ms' })
    expect(code).toBe(4)
    expect(out).toMatch(/^inconclusive: even at 4 requests\/s no request ended ok \(401: /m)
  })

  it('asks of any endpoint, and refuses arrivals where there is no rate', async () => {
    await using mock = await createMockServer({ ...reply, rpm: 1200 })
    const given = { url: mock.url, point: '200ms', endpoint: 'embeddings', over: 'rate' }
    const { out } = await runTyped(command, given)
    expect(out).toMatch(/^rate \d+(\.\d+)? requests\/s: .* E2E p95 \d/m)
    await expect(runTyped(command, { url: mock.url, arrivals: 'constant' })).rejects.toThrow(
      /arrivals.*nothing without --over rate/,
    )
  })
})
