/** Loads that are not plain connections, against real servers: open loop, traces, users, hang-ups. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type BenchOptions, runBench, type Sample, type Summary } from '../../bench/index.ts'
import { createMockServer } from '../../mock-server/index.ts'
import {
  contentEvent,
  doneEvent,
  type Manner,
  roleEvent,
  startBenchServer,
  stream,
  streams,
} from '../helpers/bench-server.ts'
import { turns } from '../helpers/eventually.ts'

const folder = mkdtempSync(join(tmpdir(), 'load-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Run extends Summary {
  readonly samples: readonly Sample[]
  readonly bodies: readonly string[]
}

/** Checks what holds for every run. */
async function run(manner: Manner, options: BenchOptions): Promise<Run> {
  await using server = await startBenchServer(manner)
  const samples: Sample[] = []
  const summary = await runBench(
    { url: server.url, warmup: 0, ...options },
    { onSample: sample => samples.push(sample) },
  )
  const { sent, ok, failed, cut, open } = summary.counts
  expect(sent).toBe(ok + failed + cut + open)
  expect(samples).toHaveLength(sent)
  for (const { dueAtMs, sentAtMs } of samples) {
    if (summary.load.loop === 'open') expect(sentAtMs).toBeGreaterThanOrEqual(dueAtMs!)
    else expect(dueAtMs).toBe(undefined)
  }
  return { ...summary, samples, bodies: server.bodies }
}

const quick = { ttftMs: 10, tokens: 2, gapMs: 2 }

describe.concurrent('the open loop', () => {
  it('shows a server that stalls for a second where the closed loop hides it', async () => {
    const stalling = (): Manner => {
      let untilMs = Number.POSITIVE_INFINITY
      return async (_, response, n) => {
        if (n === 40) untilMs = performance.now() + 1000
        const leftMs = n < 40 ? 0 : untilMs - performance.now()
        if (leftMs > 0) await new Promise(resolve => setTimeout(resolve, leftMs))
        return stream(response, quick)
      }
    }
    const [open, closed] = await Promise.all([
      run(stalling(), { rate: 100, arrivals: 'constant', requests: 200 }),
      run(stalling(), { connections: 1, requests: 60 }),
    ])
    expect(open.counts).toMatchObject({ sent: 200, ok: 200, dropped: 0 })
    expect(open.responseMs.p99).toBeGreaterThanOrEqual(900)
    // Half of all requests fell into the stall, and waited half a second of it on average.
    expect(open.responseMs.p75).toBeGreaterThan(100)
    expect(closed.counts.ok).toBe(60)
    expect(closed.responseMs.max).toBeGreaterThanOrEqual(900)
    expect(closed.responseMs.p90).toBeLessThan(900)
    expect(closed.load.loop).toBe('closed')
  })

  it('keeps its rate whatever the server does, and says so', async () => {
    const {
      load,
      counts,
      run: ran,
    } = await run(() => {}, {
      rate: 50,
      arrivals: 'constant',
      requests: 50,
      grace: '100ms',
    })
    expect(counts).toMatchObject({ sent: 50, open: 50, dropped: 0 })
    expect(load.open).toMatchObject({ arrivals: 'constant, 50/s', targetPerSecond: 50 })
    expect(load.open?.sentPerSecond).toBeCloseTo(50 / ran.seconds, 1)
    expect(ran.seconds).toBeGreaterThan(1.07)
    expect(ran.seconds).toBeLessThan(15)
  })

  it('drops what its cap does not let in, and counts it', async () => {
    const { counts, warnings } = await run(() => {}, {
      rate: 100,
      arrivals: 'constant',
      maxInFlight: 6,
      requests: 40,
      grace: '1ms',
    })
    expect(counts).toMatchObject({ sent: 6, open: 6, dropped: 34 })
    expect(warnings.join()).toMatch(/34 of 40 requests that were due were not sent, since 6 were/)
  })

  it('measures the same after a warm-up: from its first due request on', async () => {
    const { counts, load } = await run(streams(quick), {
      rate: 20,
      arrivals: 'constant',
      warmup: '500ms',
      requests: 20,
    })
    expect(counts).toMatchObject({ sent: 20, ok: 20 })
    expect(counts.warmup).toBeGreaterThan(5)
    // What was opened is kept and used again.
    expect(load.connectionsOpened).toBeLessThan(counts.warmup + 20)
  })

  it('by requests ends with the last of them', async () => {
    const { counts, load } = await run(streams(quick), { rate: 500, requests: 30 })
    expect(counts).toMatchObject({ sent: 30, ok: 30 })
    expect(load).toMatchObject({ requests: 30, durationMs: null })
  })

  it('interrupted keeps what it has', async () => {
    await using server = await startBenchServer(streams(quick))
    const summary = await runBench(
      { url: server.url, rate: 50, warmup: 0, duration: '20s' },
      { signal: AbortSignal.timeout(3000) },
    )
    expect(summary.run.interrupted).toBe(true)
    expect(summary.counts.ok).toBeGreaterThan(2)
  })
})

// Alone: a time-out does not tell a server that is silent from a machine that is busy.
describe('what goes wrong on the wire', () => {
  it('is told apart, and costs nobody else anything', async () => {
    const { counts, examples } = await run(
      async (request, response, n) => {
        if (n % 6 === 1) return response.writeHead(429).end('{"error":{"message":"Slow down"}}')
        if (n % 6 === 2) return response.writeHead(200).write(roleEvent + contentEvent('silence'))
        if (n % 6 === 3) {
          response.writeHead(200).write(roleEvent + contentEvent('half a'))
          await turns()
          return request.socket.resetAndDestroy()
        }
        if (n % 6 === 4) return request.socket.end('SMTP ready\r\n\r\n')
        if (n % 6 === 5) response.setHeader('connection', 'close')
        return stream(response, quick)
      },
      { rate: 100, arrivals: 'constant', requests: 60, timeout: '3s' },
    )
    expect(counts.byOutcome).toMatchObject({
      ok: 20,
      http_429: 10,
      timeout: 10,
      stream_cut: 10,
      malformed: 10,
    })
    expect(examples).toMatchObject({
      http_429: '429: Slow down',
      timeout: '200: no byte for 3000 ms',
      malformed: 'the response is not HTTP: no HTTP status line',
    })
  })

  it('a body without a length ends where the server closes', async () => {
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.once('data', () =>
        socket.end(`HTTP/1.1 200 OK\r\n\r\n${contentEvent('x')}${doneEvent}`),
      )
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    try {
      const url = `http://127.0.0.1:${port}/v1`
      const { counts, load } = await runBench({ url, rate: 100, requests: 10, warmup: 0 })
      expect(counts).toMatchObject({ sent: 10, ok: 10 })
      expect(load.connectionsOpened).toBe(10)
    } finally {
      server.close()
    }
  })

  it('a server that goes away is a connection that cannot be made', async () => {
    const server = createServer(socket => {
      socket.on('error', () => {}).destroy()
      server.close()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const url = `http://127.0.0.1:${port}/v1`
    const { counts, examples } = await runBench({ url, rate: 50, requests: 10, warmup: 0 })
    expect(counts.byOutcome.connect_error).toBe(10)
    expect(examples.connect_error).toMatch(/ECONNREFUSED|closed before any byte/)
  })
})

it.concurrent('a trace is replayed at its times and with its lengths', async () => {
  const path = join(folder, 'azure.csv')
  const offsetsMs = Array.from({ length: 60 }, (_, i) => Math.round(i * 30 + 12 * Math.sin(i)))
  const dateOf = (ms: number) => new Date(1_700_000_000_000 + ms).toISOString().replace('Z', '0000')
  const rows = offsetsMs.map((ms, i) => `${dateOf(ms + 100)},${40 + i},${2 + (i % 5)}`)
  writeFileSync(path, `TIMESTAMP,ContextTokens,GeneratedTokens\n${rows.join('\n')}\n`)
  await using mock = await createMockServer({ ttft: 5, itl: 1, seed: 1 })
  const samples: Sample[] = []
  const { counts, load, tokens } = await runBench(
    { url: mock.url, trace: path, speed: 2, warmup: '300ms' },
    { onSample: sample => samples.push(sample) },
  )
  expect(counts).toMatchObject({ sent: 60, ok: 60, dropped: 0 })
  expect(load.open?.arrivals).toBe('as in a trace of 60 requests at 2 × speed')
  const ordered = [...samples].sort((a, b) => a.dueAtMs! - b.dueAtMs!)
  const firstMs = ordered[0]!.dueAtMs!
  const offset = offsetsMs[0]!
  for (const [i, { dueAtMs, outputTokens }] of ordered.entries()) {
    expect(dueAtMs! - firstMs).toBeCloseTo((offsetsMs[i]! - offset) / 2, 2)
    expect(outputTokens).toBe(2 + (i % 5))
  }
  const lateMs = samples.map(({ dueAtMs, sentAtMs }) => sentAtMs - dueAtMs!).sort((a, b) => a - b)
  expect(lateMs[0]).toBeGreaterThanOrEqual(0)
  expect(lateMs[30]).toBeLessThan(1000)
  expect(tokens.input).toBe(ordered.reduce((sum, _, i) => sum + 40 + i, 0))
})

describe.concurrent('users', () => {
  it('think between an answer and the next request', async () => {
    const { counts, load, samples } = await run(streams(quick), {
      users: 3,
      think: '200ms',
      requests: 12,
    })
    expect(load).toMatchObject({ loop: 'closed', users: { users: 3, think: '200ms' } })
    expect(counts).toMatchObject({ sent: 12, ok: 12 })
    const sentAtMs = samples.map(sample => sample.sentAtMs).sort((a, b) => a - b)
    // Three at once, and each of them three times more.
    expect(sentAtMs[3]! - sentAtMs[0]!).toBeGreaterThan(200)
    expect(sentAtMs[11]! - sentAtMs[0]!).toBeGreaterThan(600)
  })

  it('say again in each turn what was said before', async () => {
    const { counts, bodies } = await run(streams(quick), { users: 1, turns: 3, requests: 6 })
    expect(counts.ok).toBe(6)
    const talks = bodies.map(
      body => JSON.parse(body).messages as { role: string; content: string }[],
    )
    expect(talks.map(messages => messages.length)).toEqual([1, 3, 5, 1, 3, 5])
    expect(talks[2]!.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ])
    expect(talks[2]![1]!.content).toBe(' token 0 token 1')
    expect(talks[2]!.slice(0, 3)).toEqual(talks[1])
    expect(talks[3]![0]).not.toEqual(talks[0]![0])
  })

  it('who change their minds hang up, and the server sees it', async () => {
    let gone = 0
    const { counts, samples } = await run(
      (_, response) => {
        response.on('close', () => {
          if (!response.writableFinished) gone++
        })
        return stream(response, { ttftMs: 20, tokens: 50, gapMs: 20 })
      },
      { rate: 100, arrivals: 'constant', requests: 40, cancel: '50%', cancelAfter: '150ms' },
    )
    const { cancelled, ok } = counts.byOutcome
    expect(cancelled + ok).toBe(40)
    expect(cancelled).toBeGreaterThan(9)
    expect(ok).toBeGreaterThan(9)
    expect(gone).toBe(cancelled)
    expect(counts).toMatchObject({ open: cancelled })
    for (const { outcome, censoredMs, e2eMs } of samples) {
      if (outcome !== 'cancelled') continue
      expect(e2eMs).toBe(undefined)
      expect(censoredMs).toBeGreaterThan(149)
    }
  })
})

it.concurrent('connections come one after the other', async () => {
  const { load, samples } = await run(streams({ ...quick, ttftMs: 50 }), {
    connections: 4,
    connectionsFrom: 1,
    duration: '1600ms',
  })
  expect(load).toMatchObject({ connections: 4, connectionsFrom: 1, connectionsOpened: 4 })
  const inFlightAt = (atMs: number) =>
    samples.filter(({ sentAtMs, e2eMs = Infinity }) => sentAtMs <= atMs && sentAtMs + e2eMs > atMs)
      .length
  const sent = samples.map(({ sentAtMs }) => sentAtMs).sort((a, b) => a - b)
  for (const connections of [2, 3, 4]) {
    // After 400 ms each; a busy machine begins late, too.
    const firstAtMs = sent.find(atMs => inFlightAt(atMs) >= connections) ?? 0
    expect(firstAtMs - sent[0]!, `${connections} at once`).toBeGreaterThan(200 * (connections - 1))
  }
})
