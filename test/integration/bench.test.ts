/** The bench against a real server: its figures, and each of the traps of autocannon 9, by letter. */
import { createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { OptionError } from '../../base/option-error.ts'
import { type BenchOptions, runBench, type Summary, TargetUnreachable } from '../../bench/index.ts'
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

/** Runs against a server of this manner, and checks what holds for every run. */
async function run(
  manner: Manner,
  options: BenchOptions,
): Promise<Summary & { bodies: readonly string[] }> {
  await using server = await startBenchServer(manner)
  const summary = await runBench({ url: server.url, warmup: 0, connections: 4, ...options })
  const { sent, ok, failed, cut, open, warmup } = summary.counts
  expect(sent).toBe(ok + failed + cut + open)
  // What the server saw is what was sent, but for requests that ended before they were read.
  expect(server.bodies.length).toBeLessThanOrEqual(sent + warmup)
  return { ...summary, bodies: server.bodies }
}

const quick = { ttftMs: 20, tokens: 3, gapMs: 5 }

describe.concurrent('figures', () => {
  it('are those of a server with known timing', async () => {
    const timing = { ttftMs: 200, tokens: 8, gapMs: 25, usageOutput: 8 }
    const summary = await run(streams(timing), { warmup: '600ms', duration: '2500ms' })
    expect(summary.counts.ok).toBeGreaterThanOrEqual(4)
    expect(summary.counts.open).toBeLessThanOrEqual(4)
    // Busy machines are late, never early; medians stand near the truth.
    expect(summary.ttftMs.p50).toBeGreaterThan(198)
    expect(summary.ttftMs.p50).toBeLessThan(1500)
    // A late first token leaves less time for the rest, so gaps may shrink on a busy machine.
    expect(summary.itlMs.mean).toBeGreaterThan(1)
    expect(summary.itlMs.mean).toBeLessThan(250)
    expect(summary.tpotMs.p50).toBeGreaterThan(1)
    expect(summary.itlMs.count).toBeGreaterThanOrEqual(7 * summary.counts.ok)
    expect(summary.e2eMs.p50).toBeGreaterThan(373)
    expect(summary.ttfbMs.p50).toBeLessThan(1400)
    expect(summary.tokens).toEqual({
      input: 7 * summary.counts.ok,
      output: 8 * summary.counts.ok,
      contentChunks: 8 * summary.counts.ok,
      source: 'usage',
    })
    expect(summary.counts.warmup).toBeGreaterThanOrEqual(4)
    expect(summary.run.seconds).toBeGreaterThan(2.49)
    expect(summary.run.seconds).toBeLessThan(10)
  })

  it('of a constant 500 ms are 500 at the median (traps B and H)', async () => {
    const summary = await run(streams({ ttftMs: 500, tokens: 1, gapMs: 0 }), { requests: 12 })
    expect(summary.counts).toMatchObject({ sent: 12, ok: 12 })
    expect(summary.ttftMs.count).toBe(12)
    expect(summary.ttftMs.min).toBeGreaterThan(495)
    expect(summary.ttftMs.p50).toBeLessThan(3000)
    expect(summary.e2eMs.min).toBeGreaterThan(495)
  })
})

describe.concurrent('traps', () => {
  it('C: a stream that flows longer than the time-out is no time-out', async () => {
    const summary = await run(streams({ ttftMs: 50, tokens: 16, gapMs: 100 }), {
      requests: 4,
      timeout: '1s',
    })
    expect(summary.counts).toMatchObject({ sent: 4, ok: 4 })
    expect(summary.e2eMs.min).toBeGreaterThan(1500)
  })

  it('T: a stalled stream is one time-out, and what it sends too late disturbs nothing', async () => {
    const summary = await run(
      (_, response, n) => {
        if (n !== 0) return stream(response, quick)
        response.writeHead(200).write(roleEvent + contentEvent('then silence'))
        for (const lateMs of [850, 900, 950, 1000, 1050]) {
          setTimeout(() => response.write(contentEvent('too late')), lateMs)
        }
        return undefined
      },
      { requests: 40, connections: 1, timeout: '800ms' },
    )
    expect(summary.counts).toMatchObject({ failed: 1, cut: 0 })
    expect(summary.counts.byOutcome.timeout).toBe(1)
    expect(summary.examples.timeout).toBe('200: no byte for 800 ms')
    expect(summary.counts.ok).toBe(39)
    expect(summary.tokens.contentChunks).toBe(3 * summary.counts.ok)
    expect(summary.ttftMs.min).toBeGreaterThan(18)
  })

  it('D: a server that closes after each answer costs no request, and times do not drift', async () => {
    const summary = await run(
      (_, response) => {
        response.setHeader('connection', 'close')
        return stream(response, quick)
      },
      { requests: 60 },
    )
    expect(summary.counts).toMatchObject({ sent: 60, ok: 60 })
    expect(summary.load.connectionsOpened).toBeGreaterThanOrEqual(60)
    expect(summary.e2eMs.p50).toBeLessThan(2000)
  })

  it('D: one that hangs up unannounced is counted, and times do not drift', async () => {
    const summary = await run(
      async (request, response) => {
        await stream(response, quick)
        request.socket.end()
      },
      { requests: 40 },
    )
    expect(summary.counts.byOutcome.ok + summary.counts.byOutcome.connect_error).toBe(40)
    expect(summary.counts.ok).toBeGreaterThanOrEqual(15)
    expect(summary.e2eMs.max).toBeLessThan(5000)
  })

  it('E: a FIN mid-stream is a cut, and times do not drift', async () => {
    const summary = await run(
      async (request, response, n) => {
        if (n % 2 === 0) return stream(response, quick)
        response.writeHead(200).write(roleEvent + contentEvent('half a'))
        return request.socket.end()
      },
      { requests: 60 },
    )
    expect(summary.counts).toMatchObject({ sent: 60, ok: 30, cut: 30, failed: 0 })
    expect(summary.examples.stream_cut).toMatch(/closed mid-stream/)
    expect(summary.ttftMs.count).toBe(30)
    expect(summary.e2eMs.p50).toBeLessThan(2000)
    expect(summary.e2eMs.max).toBeLessThan(5000)
  })

  it('E: a reset mid-stream is a cut too', async () => {
    const summary = await run(
      async (request, response, n) => {
        if (n % 3 !== 0) return stream(response, quick)
        response.writeHead(200).write(roleEvent + contentEvent('half a'))
        await turns() // else what was written is lost with the connection
        return request.socket.resetAndDestroy()
      },
      { requests: 30 },
    )
    expect(summary.counts).toMatchObject({ sent: 30, ok: 20, cut: 10 })
  })

  it('F: streams open at the end are counted, with at least how long they lasted', async () => {
    const summary = await run(
      (_, response, n) => stream(response, n % 2 === 0 ? quick : { ...quick, ttftMs: 60_000 }),
      { duration: '800ms', connections: 6 },
    )
    expect(summary.counts.open).toBe(6)
    expect(summary.counts.byOutcome.open).toBe(6)
    expect(summary.warnings.join()).toMatch(
      /6 of \d+ requests were open at the end, the longest for [\d.]+ m?s/,
    )
  })

  it('G: characters cut in two are whole again', async () => {
    const bytes = Buffer.from(
      roleEvent + contentEvent('größer 🙂 漢字') + contentEvent('é') + doneEvent,
    )
    const summary = await run(
      async (_, response) => {
        response.writeHead(200)
        for (let i = 0; i < bytes.length; i += 3) {
          response.write(bytes.subarray(i, i + 3))
          if (i % 30 === 0) await new Promise(resolve => setImmediate(resolve))
        }
        response.end()
      },
      { requests: 8 },
    )
    expect(summary.counts).toMatchObject({ sent: 8, ok: 8 })
    expect(summary.tokens.contentChunks).toBe(16)
  })

  it('J: refusals are counted and stay out of the times', async () => {
    const summary = await run(
      (_, response, n) => {
        if (n % 4 === 0) return stream(response, { ...quick, ttftMs: 100 })
        return response.writeHead(429).end('{"error":{"message":"Rate limit reached"}}')
      },
      { requests: 60 },
    )
    expect(summary.counts).toMatchObject({ sent: 60, ok: 15, failed: 45 })
    expect(summary.counts.byOutcome.http_429).toBe(45)
    expect(summary.examples.http_429).toBe('429: Rate limit reached')
    expect(summary.ttftMs.count).toBe(15)
    expect(summary.e2eMs.min).toBeGreaterThan(95)
  })

  it('N: prompts are not sent in step', async () => {
    const { bodies } = await run(streams(quick), { requests: 80, connections: 8 })
    const prompts = bodies.map(body => JSON.parse(body).messages[0].content)
    expect(new Set(prompts).size).toBe(80)
    const given = ['a', 'b', 'c', 'd']
    const chosen = await run(streams(quick), { requests: 80, connections: 8, prompt: given })
    const first = chosen.bodies.slice(0, 8).map(body => JSON.parse(body).messages[0].content)
    expect(new Set(first).size).toBeGreaterThan(1)
  })

  it('bytes that are no HTTP are malformed, and the next request goes on', async () => {
    const sockets = new Set<Socket>()
    let answered = 0
    const server = createServer(socket => {
      sockets.add(socket.on('error', () => {}))
      socket.on('data', () => {
        const body = contentEvent('x') + doneEvent
        socket.write(
          answered++ % 2 === 0
            ? 'SMTP ready\r\n\r\n'
            : `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        )
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    try {
      const url = `http://127.0.0.1:${port}/v1`
      const { counts } = await runBench({ url, requests: 10, connections: 1, warmup: 0 })
      expect(counts).toMatchObject({ sent: 10, ok: 5, failed: 5, byOutcome: { malformed: 5 } })
    } finally {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })
})

describe.concurrent('runs', () => {
  it('refuse a target that is not there', async () => {
    await expect(runBench({ url: 'http://127.0.0.1:9/v1' })).rejects.toThrow(TargetUnreachable)
    await expect(runBench({ url: 'ftp://127.0.0.1/' })).rejects.toThrow(OptionError)
  })

  it('use no more connections than there are requests', async () => {
    const summary = await run(streams(quick), { requests: 3, connections: 10 })
    expect(summary.load.connections).toBe(3)
    expect(summary.counts).toMatchObject({ sent: 3, ok: 3 })
  })

  it('by requests with a warm-up measure exactly so many', async () => {
    const summary = await run(streams(quick), { requests: 20, warmup: '300ms' })
    expect(summary.counts).toMatchObject({ sent: 20, ok: 20, open: 0 })
    expect(summary.counts.warmup).toBeGreaterThanOrEqual(1)
  })

  it('interrupted keep what they have, also in the warm-up', async () => {
    const interruption = new AbortController()
    await using server = await startBenchServer((request, response, n) => {
      if (n === 9) interruption.abort()
      return streams(quick)(request, response, n)
    })
    const options = { url: server.url, connections: 3, duration: '60s' }
    const steady = await runBench({ ...options, warmup: 0 }, { signal: interruption.signal })
    expect(steady.run.interrupted).toBe(true)
    expect(steady.counts.ok).toBeGreaterThan(2)
    const early = await runBench(
      { ...options, warmup: '10s' },
      { signal: AbortSignal.timeout(200) },
    )
    expect(early.run).toMatchObject({ interrupted: true, seconds: 0 })
    expect(early.counts.sent).toBe(0)
  })

  it('tell of their progress and judge their thresholds', async () => {
    await using server = await startBenchServer(streams(quick))
    const seen: string[] = []
    const summary = await runBench(
      {
        url: server.url,
        warmup: '700ms',
        duration: '600ms',
        threshold: ['ttft: p(95)<5s', 'ttft: p(95)<1ms', 'errors: rate<1%'],
      },
      { onProgress: ({ phase, sent }) => seen.push(`${phase} ${sent > 0}`), progressEveryMs: 20 },
    )
    expect(seen).toContain('warmup false')
    expect(seen).toContain('steady true')
    expect(summary.thresholds.map(({ ok }) => ok)).toEqual([true, false, true])
  })

  it('can be scraped while they last, and push at their end', async () => {
    let url: string | undefined
    let page = ''
    await using target = await startBenchServer(async (request, response, n) => {
      // The fifth is answered when the page has been read, so that the run lasts until then.
      if (n === 4) page = await (await fetch(url!)).text()
      return await streams(quick)(request, response, n)
    })
    const pushed: { path: string; method: string }[] = []
    await using gateway = await startBenchServer((request, response) => {
      pushed.push({ path: request.url ?? '', method: request.method ?? '' })
      response.writeHead(202).end()
    })
    const summary = await runBench(
      {
        url: target.url,
        connections: 2,
        warmup: 0,
        requests: 10,
        prometheusPort: 0,
        pushgateway: gateway.url.replace('/v1', ''),
      },
      {
        onNotice(text) {
          url = /^metrics: (\S+)$/.exec(text)?.[1] ?? url
        },
      },
    )
    expect(page).toMatch(/^tokadence_bench_phase\{phase="steady",run_id="\w+"\} 1$/m)
    expect(page).toMatch(/^tokadence_bench_inflight_requests\{run_id="\w+"\} [1-9]/m)
    expect(pushed).toEqual([
      { method: 'POST', path: `/metrics/job/tokadence_bench/run_id/${summary.run.id}` },
    ])
    const text = gateway.bodies[0] ?? ''
    expect(text).toContain(
      `tokadence_bench_requests_total{outcome="ok",run_id="${summary.run.id}"} ${summary.counts.ok}`,
    )
    expect(text).toContain(`tokadence_bench_phase{phase="done",run_id="${summary.run.id}"} 1`)
    expect(summary.warnings.join()).not.toMatch(/pushed/)
  })

  it('survive a Pushgateway that is not there, and warn', async () => {
    const summary = await run(streams(quick), { requests: 4, pushgateway: 'http://127.0.0.1:9' })
    expect(summary.warnings.join()).toMatch(/could not be pushed to http:\/\/127.0.0.1:9/)
  })
})
