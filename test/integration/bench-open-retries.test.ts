/** The open loop through the reference client, against real servers: requests that are sent again when they are refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runBench, type Sample } from '../../bench/index.ts'
import { waitsOf } from '../../bench/sample.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { type Manner, startBenchServer, stream, streams } from '../helpers/bench-server.ts'
import { watchedRun } from '../helpers/watched-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'retries-'))
afterAll(() => rmSync(folder, { recursive: true }))

const quick = { ttftMs: 5, tokens: 2, gapMs: 2 }
const client = { retries: 'client', baseDelay: '20ms' } as const

/** Says no with a 429, and how long to wait. */
const refuse = (response: Parameters<Manner>[1], waitMs: number) =>
  response
    .writeHead(429, { 'retry-after-ms': String(waitMs) })
    .end('{"error":{"message":"slow down","code":"rate_limit_exceeded"}}')

/** The first send of each request that `isRefused` picks by its number is refused. */
function refusing(isRefused: (request: number) => boolean, waitMs = 1): Manner {
  const seen = new Map<string, number>()
  return (request, response) => {
    const isRetry = request.headers['x-stainless-retry-count'] !== '0'
    const number = seen.size
    if (!isRetry) seen.set(String(number), number)
    return !isRetry && isRefused(number) ? refuse(response, waitMs) : stream(response, quick)
  }
}

describe.concurrent('requests at a rate that are sent again', () => {
  it('are each counted once, their attempts apart', async () => {
    const { counts, samples, bodies, load } = await watchedRun(
      refusing(number => number % 3 === 0),
      { ...client, rate: 60, arrivals: 'constant', requests: 30 },
    )
    expect(counts).toMatchObject({ sent: 30, ok: 30, dropped: 0, attempts: 40, throttled: 10 })
    expect(bodies).toHaveLength(40)
    expect(load).toMatchObject({
      driver: 'reference client, open loop',
      loop: 'open',
      retries: { by: 'reference client', maxAttempts: 6, pace: 'fixed' },
      open: { arrivals: 'constant, 60/s' },
    })
    const again = samples.filter(({ givenUp }) => givenUp.length > 0)
    expect(again).toHaveLength(10)
    for (const { givenUp, e2eMs } of again) {
      const [tried] = givenUp
      expect(tried).toMatchObject({ outcome: 'http_429', status: 429 })
      // E2E counts from the first attempt.
      expect(e2eMs).toBeGreaterThan(tried!.lastedMs + tried!.waitedMs)
    }
    expect(load.open?.sentPerSecond).toBeGreaterThan(0)
  })

  it('are due when the schedule says, though the client holds them back, and that is not lag', async () => {
    const { samples, responseMs } = await watchedRun(
      refusing(number => number === 2, 1500),
      { ...client, rate: 50, arrivals: 'constant', requests: 60 },
    )
    const dues = samples.map(({ dueAtMs }) => dueAtMs!).sort((a, b) => a - b)
    for (const [i, due] of dues.entries()) expect(due - dues[0]!).toBeCloseTo(i * 20, 2)
    // While the client waits as it was told to, all that falls due waits with it.
    const held = samples.filter(({ heldMs }) => heldMs! > 100)
    expect(held.length).toBeGreaterThan(3)
    for (const sample of held) {
      const { responseMs: response } = waitsOf(sample)
      expect(response).toBeGreaterThan(sample.heldMs! + sample.e2eMs!)
    }
    expect(responseMs.max).toBeGreaterThan(1000)
  })

  it('that are never let out are open, and no attempt is counted that was not made', async () => {
    const { counts, samples, bodies, warnings } = await watchedRun(
      (_, response) => refuse(response, 30_000),
      // A few are let out at first, and refused long before the end.
      {
        ...client,
        pace: 'adaptive',
        rate: 100,
        arrivals: 'constant',
        requests: 30,
        grace: '1500ms',
      },
    )
    expect(counts).toMatchObject({ ok: 0, failed: 0, dropped: 0, open: counts.sent })
    expect(counts.sent).toBe(30)
    // The client begins with four in flight, all of which are refused.
    expect(counts.attempts).toBeGreaterThanOrEqual(bodies.length)
    expect(counts.attempts).toBeLessThanOrEqual(4)
    const unsent = samples.filter(({ isUnsent }) => isUnsent)
    expect(unsent.length).toBeGreaterThanOrEqual(26)
    for (const { censoredMs, ttftMs } of unsent) {
      expect(censoredMs).toBeGreaterThanOrEqual(0)
      expect(ttftMs).toBe(undefined)
    }
    expect(warnings.join(' ')).toContain('were open at the end')
  })

  it('count as in flight while they are held back: beyond the cap what is due is dropped', async () => {
    const { counts, warnings } = await watchedRun((_, response) => refuse(response, 30_000), {
      ...client,
      rate: 200,
      arrivals: 'constant',
      requests: 40,
      maxInFlight: 6,
      grace: '1ms',
    })
    expect(counts).toMatchObject({ sent: 6, open: 6, dropped: 34 })
    expect(warnings.join()).toMatch(/34 of 40 requests that were due were not sent, since 6 were/)
  })

  it('fail when they have been tried as often as the run allows', async () => {
    const { counts, samples } = await watchedRun((_, response) => refuse(response, 1), {
      ...client,
      maxAttempts: 2,
      rate: 100,
      arrivals: 'constant',
      requests: 8,
    })
    expect(counts).toMatchObject({ sent: 8, failed: 8, attempts: 16, throttled: 16 })
    for (const { outcome, givenUp } of samples) {
      expect([outcome, givenUp.length]).toEqual(['http_429', 1])
    }
  })

  it('come in bursts and as a trace has them, too', async () => {
    const trace = join(folder, 'trace.csv')
    writeFileSync(trace, 'atMs,inputTokens,outputTokens\n0,50,7\n20,60,8\n50,70,9\n50,80,10\n')
    const [bursts, replayed] = await Promise.all([
      watchedRun(
        refusing(number => number === 1),
        { ...client, burst: '5/100ms', requests: 10 },
      ),
      watchedRun(
        refusing(number => number === 1),
        { ...client, trace },
      ),
    ])
    expect(bursts.counts).toMatchObject({ sent: 10, ok: 10, attempts: 11 })
    expect(replayed.counts).toMatchObject({ sent: 4, ok: 4, attempts: 5 })
    const lengths = replayed.bodies.map(({ max_tokens: most }) => most)
    expect([...new Set(lengths)].sort((a, b) => a - b)).toEqual([7, 8, 9, 10])
  })

  it('may hang up, also while they wait for another try', async () => {
    const { counts, samples } = await watchedRun(
      (request, response, n) =>
        n % 2 === 0 && request.headers['x-stainless-retry-count'] === '0'
          ? response.writeHead(500, { 'retry-after-ms': '5000' }).end()
          : stream(response, { ttftMs: 10, tokens: 500, gapMs: 20 }),
      {
        ...client,
        rate: 50,
        arrivals: 'constant',
        requests: 10,
        cancel: '100%',
        cancelAfter: '300ms',
      },
    )
    expect(counts).toMatchObject({ sent: 10, open: 10 })
    expect(counts.byOutcome.cancelled).toBe(10)
    for (const { censoredMs, e2eMs } of samples) {
      expect(e2eMs).toBe(undefined)
      expect(censoredMs).toBeGreaterThan(299)
    }
  })

  it('interrupted, what is in flight is waited for, and the summary is of what there is', async () => {
    const controller = new AbortController()
    const { run, counts } = await watchedRun(
      (_, response, n) => {
        if (n === 10) controller.abort()
        return stream(response, quick)
      },
      { ...client, rate: 50, duration: '20s' },
      { signal: controller.signal },
    )
    expect(run.interrupted).toBe(true)
    expect(counts.sent).toBeGreaterThan(9)
    expect(counts.ok).toBeGreaterThan(0)
  })
})

describe.concurrent('what the server sees of the client', () => {
  it('is as many attempts as the run tells, by the server’s own journal', async () => {
    await using mock = await createMockServer({
      fault: ['rate-limit;every=15;retry-after=1ms'],
      ttft: '5ms',
      itl: '1ms',
      seed: 7,
    })
    const samples: Sample[] = []
    const summary = await runBench(
      { url: mock.url, ...client, rate: 40, warmup: 0, requests: 30, maxTokens: 3, calibrate: 0 },
      { onSample: sample => samples.push(sample) },
    )
    expect(summary.counts).toMatchObject({ sent: 30, ok: 30 })
    expect(mock.requests()).toHaveLength(summary.counts.attempts)
    const refused = mock.requests().filter(({ error }) => error?.code === 'rate_limit_exceeded')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused).toHaveLength(summary.counts.throttled)
  })

  it('is the key as it is to be shown, and the address with its query', async () => {
    const seen: { url: string | undefined; auth: unknown; key: unknown }[] = []
    await using server = await startBenchServer((request, response) => {
      const { authorization: auth, 'api-key': key } = request.headers
      seen.push({ url: request.url, auth, key })
      return stream(response, quick)
    })
    const options = { ...client, warmup: 0, requests: 2, apiKey: 'sk-secret-key' } as const
    await runBench({ ...options, url: `${server.url}?api-version=1`, auth: 'api-key', rate: 50 })
    await runBench({ ...options, url: server.url, connections: 1 })
    await runBench({ ...options, url: server.url, auth: 'none', users: 1 })
    const azure = {
      url: '/v1/chat/completions?api-version=1',
      auth: undefined,
      key: 'sk-secret-key',
    }
    const bearer = { url: '/v1/chat/completions', auth: 'Bearer sk-secret-key', key: undefined }
    expect(seen).toEqual([
      azure,
      azure,
      bearer,
      bearer,
      { ...bearer, auth: undefined },
      { ...bearer, auth: undefined },
    ])
  })

  it('is no key in an example of a failure', async () => {
    const { examples } = await watchedRun(
      (_, response) =>
        response.writeHead(401).end('{"error":{"message":"sk-secret-key is wrong"}}'),
      { ...client, auth: 'api-key', apiKey: 'sk-secret-key', rate: 50, requests: 2 },
    )
    expect(examples.http_4xx).toBe('401: (key) is wrong')
  })
})

describe.concurrent('users through the reference client', () => {
  it('talk on after a request was refused and sent again', async () => {
    const { counts, bodies } = await watchedRun(
      refusing(number => number === 1),
      { ...client, users: 1, turns: 3, think: '5ms', requests: 6 },
    )
    expect(counts).toMatchObject({ sent: 6, ok: 6, attempts: 7, throttled: 1 })
    expect(counts.sessions).toEqual({ started: 2, finished: 2, broken: 0, open: 0 })
    expect(bodies.map(({ messages }) => messages.length)).toEqual([1, 3, 3, 5, 1, 3, 5])
  })

  it('ask again with a plain request where they have no more to say', async () => {
    const { counts } = await watchedRun(streams(quick), { ...client, users: 2, requests: 5 })
    expect(counts).toMatchObject({ sent: 5, ok: 5, attempts: 5 })
    expect(counts.sessions).toBe(undefined)
  })
})
