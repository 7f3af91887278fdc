/** `tokadence bench` as a command: what it prints where, which files it writes, how it exits. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../../cli/bench.ts'
import { type BenchServer, startBenchServer, streams } from '../helpers/bench-server.ts'
import { runTyped } from '../helpers/run-command.ts'

let folder: string
let server: BenchServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-bench-'))
  server = await startBenchServer((request, response, n) =>
    request.headers.authorization === 'Bearer wrong'
      ? response.writeHead(401).end('{"error":{"message":"Incorrect API key provided"}}')
      : streams({ ttftMs: 20, tokens: 3, gapMs: 5 })(request, response, n),
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

function bench(given: Readonly<Record<string, unknown>>, signal?: AbortSignal) {
  const quick = { connections: 2, warmup: '100ms', ...(!('duration' in given) && { requests: 8 }) }
  const trust = { calibrate: '0s', invalid: 'warn' }
  return runTyped(command, { url: server.url, ...trust, ...quick, ...given }, signal)
}

describe.concurrent('tokadence bench', () => {
  it('prints a table and exits with 0', async () => {
    const { code, out } = await bench({})
    expect(code).toBe(0)
    expect(out).toMatch(/^TTFT +\d+ /m)
    expect(out).toMatch(/8 sent = 8 ok \+ 0 failed \+ 0 cut \+ 0 open/)
  })

  it('writes only JSON to stdout with --json -, and the table to stderr', async () => {
    const { code, out, err } = await bench({ json: '-', label: 'nightly' })
    const summary = JSON.parse(out)
    expect(code).toBe(0)
    expect(summary).toMatchObject({ schema: 'tokadence-bench/1', run: { label: 'nightly' } })
    expect(summary.ttftMs.p50).toBeGreaterThan(15)
    expect(err).toMatch(/^TTFT/m)
    expect(out + err).not.toContain('sk-tokadence')
  })

  it('writes files, and refuses a place that cannot be written before it runs', async () => {
    const [json, html] = [join(folder, 'run.json'), join(folder, 'run.html')]
    await bench({ json, html })
    expect(JSON.parse(await readFile(json, 'utf8')).counts.ok).toBe(8)
    expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
    const sent = server.bodies.length
    await expect(bench({ json: join(folder, 'no/such/place.json'), requests: 1 })).rejects.toThrow(
      /--json: .* the file cannot be written \(ENOENT\)/,
    )
    expect(server.bodies.length).toBeGreaterThanOrEqual(sent)
  })

  it('exits with 99 for a missed threshold, also one without data', async () => {
    expect((await bench({ threshold: 'ttft: p(50)<1ms' })).code).toBe(99)
    const noData = await bench({ threshold: 'ttft: p(50)<1h', apiKey: 'wrong' })
    expect(noData.code).toBe(99)
    expect(noData.out).toContain('✗ ttft: p(50)<1h  was no data, 0 samples')
  })

  it('exits with 4 when nothing ended ok, and shows why', async () => {
    const { code, out } = await bench({ apiKey: 'wrong', requests: 3 })
    expect(code).toBe(4)
    expect(out).toContain('3 http_4xx  401: Incorrect API key provided')
  })

  it('exits with 3 when nothing listens, naming the URL', async () => {
    const { code, err } = await bench({ url: 'http://127.0.0.1:9/v1' })
    expect(code).toBe(3)
    expect(err).toMatch(/http:\/\/127.0.0.1:9\/v1 cannot be reached: ECONNREFUSED/)
  })

  it('exits with 130 when interrupted, and prints what it has', async () => {
    const interruption = new AbortController()
    await using other = await startBenchServer((request, response, n) => {
      if (n === 8) interruption.abort('SIGINT')
      return streams({ ttftMs: 20, tokens: 3, gapMs: 5 })(request, response, n)
    })
    const long = { url: other.url, warmup: 0, duration: '60s' }
    const { code, out } = await bench(long, interruption.signal)
    expect(code).toBe(130)
    expect(out).toMatch(/^TTFT +[1-9]/m)
  })
})
