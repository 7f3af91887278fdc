/** `bench --against`: two servers by turns in one run, and files of runs that were made apart. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BenchOptions, runBench, TargetUnreachable } from '../../bench/index.ts'
import { command as benchCommand } from '../../cli/bench.ts'
import { command as compareCommand } from '../../cli/compare.ts'
import {
  type BenchServer,
  type Manner,
  startBenchServer,
  streams,
} from '../helpers/bench-server.ts'
import { runCommand } from '../helpers/run-command.ts'

/** The most of its requests that a server had at once, and when each came. */
interface Watched extends BenchServer {
  readonly seen: { most: number; readonly arrivedAtMs: number[] }
}

async function start(manner: Manner): Promise<Watched> {
  const seen = { most: 0, arrivedAtMs: [] as number[] }
  let open = 0
  const server = await startBenchServer((request, response, n) => {
    seen.most = Math.max(seen.most, ++open)
    seen.arrivedAtMs.push(performance.now())
    response.once('close', () => open--)
    return manner(request, response, n)
  })
  return { ...server, seen }
}

let folder: string
const servers: Watched[] = []
async function quick(manner: Manner): Promise<Watched> {
  const server = await start(manner)
  servers.push(server)
  return server
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-against-'))
})
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const slow = streams({ ttftMs: 150, tokens: 3, gapMs: 4 })
const fast = streams({ ttftMs: 15, tokens: 3, gapMs: 4 })
const broken: Manner = (_, response) => response.writeHead(500).end('{}')
const small = { connections: 10, requests: 64, rounds: 8, warmup: '100ms' } as const

describe('bench --against', () => {
  it('says that a slower head is worse, and keeps both accounts', async () => {
    const [base, head] = [await quick(fast), await quick(slow)]
    const summary = await runBench({ url: head.url, against: base.url, ...small })
    const { against, counts, target } = summary
    expect(target.url).toBe(head.url)
    expect(against).toMatchObject({ url: base.url, rounds: 8 })
    expect(against!.base).toMatchObject({ counts: { sent: 64, ok: 64 }, against: null })
    expect(counts).toMatchObject({ sent: 64, ok: 64, failed: 0, cut: 0, open: 0 })
    const [ttft] = against!.comparison.rows
    expect(against!.comparison).toMatchObject({ verdict: 'worse', isPaired: true })
    expect(ttft).toMatchObject({ title: 'TTFT p50', verdict: 'worse' })
    expect(ttft!.difference!.value).toBeGreaterThan(60)
    expect(summary.ttftMs.p50! - against!.base.ttftMs.p50!).toBeCloseTo(ttft!.difference!.value, 2)
  })

  it('never has more in flight than connections, nor opens more than as many to each', async () => {
    const [base, head] = [await quick(fast), await quick(fast)]
    const summary = await runBench({ url: head.url, against: base.url, ...small })
    expect(base.seen.most).toBeLessThanOrEqual(10)
    expect(head.seen.most).toBeLessThanOrEqual(10)
    expect(summary.load.connectionsOpened).toBe(10)
  })

  it('sends both the same requests in each round', async () => {
    const [base, head] = [await quick(fast), await quick(fast)]
    await runBench({ url: head.url, against: base.url, ...small, warmup: 0 })
    const sorted = ({ bodies }: Watched) => bodies.filter(body => body !== '').toSorted()
    expect(sorted(head)).toEqual(sorted(base))
    expect(new Set(sorted(head)).size).toBe(64)
  })

  it('measures by time where no number is asked for, each side in every round', async () => {
    const [base, head] = [await quick(fast), await quick(fast)]
    const { against, counts } = await runBench({
      url: head.url,
      against: base.url,
      connections: 6,
      rounds: 8,
      duration: '800ms',
      warmup: '100ms',
    })
    expect(against).toMatchObject({ rounds: 8, comparison: { blocks: { base: 8, head: 8 } } })
    expect(counts.sent).toBe(counts.ok)
    expect(counts.ok).toBeGreaterThan(16)
  })

  it('a head that only fails is worse', async () => {
    const [base, head] = [await quick(fast), await quick(broken)]
    const { against } = await runBench({ url: head.url, against: base.url, ...small })
    expect(against!.comparison).toMatchObject({
      verdict: 'worse',
      says: 'Head is worse than base: errors.',
    })
  })

  it('stops where it is when it is interrupted, and concludes nothing', async () => {
    const [base, head] = [await quick(fast), await quick(fast)]
    const signal = AbortSignal.timeout(500)
    const options = { url: head.url, against: base.url, duration: '1h', warmup: '100ms' }
    const { run, against } = await runBench(options, { signal })
    expect(run.interrupted).toBe(true)
    expect(against!.comparison).toMatchObject({
      verdict: 'inconclusive',
      says: 'The run was interrupted.',
    })
  })

  it('a base that nobody answers at is said before anything is sent', async () => {
    const head = await quick(fast)
    await expect(
      runBench({ url: head.url, against: 'http://127.0.0.1:9/v1', ...small }),
    ).rejects.toThrow(TargetUnreachable)
    expect(head.seen.arrivedAtMs.length).toBe(0)
    await expect(runBench({ url: head.url, against: 'ftp://x', ...small })).rejects.toThrow(
      'against',
    )
    const refused = (given: BenchOptions) =>
      expect(runBench({ url: head.url, against: head.url, ...small, ...given })).rejects
    await refused({ users: 5 }).toThrow('it does not go together with --against: turns need')
    await refused({ maxCost: 1 }).toThrow('it does not go together with --against: give --yes')
    await refused({ retries: 'client' }).toThrow('with --against nothing is tried again')
  })

  it('as a command exits with 99, and tells JUnit, Markdown and GitHub', async () => {
    const [base, head] = [await quick(fast), await quick(slow)]
    const [junit, markdown] = [join(folder, 'gate.xml'), join(folder, 'gate.md')]
    const { code, stdout } = await runCommand(benchCommand, {
      url: head.url,
      against: base.url,
      ...small,
      threshold: ['ttft: p(95)<1h', 'errors: count==0'],
      strictSamples: true,
      junit,
      markdown,
      github: true,
    })
    expect(code).toBe(99)
    expect(stdout).toMatch(/^TTFT p50 .* worse$/m)
    expect(stdout).toContain('? ttft: p(95)<1h')
    expect(stdout).toMatch(/^::error title=TTFT p50 against base::TTFT p50: .* worse\.$/m)
    expect(stdout).toMatch(/^::warning title=ttft%3A p\(95\)<1h::.* 64 samples, it needs 130\.$/m)
    const xml = await readFile(junit, 'utf8')
    expect(xml).toContain('<testcase classname="tokadence.bench" name="TTFT p50 against base"')
    expect(xml).toContain('<failure type="inconclusive" message="it was ')
    const text = await readFile(markdown, 'utf8')
    expect(text).toMatch(/^### Head is worse than base: TTFT p50/m)
    expect(text).toContain('| ✅ errors: count==0 | it was 0, from 64 samples |')
  })
})

describe('compare', () => {
  async function run(
    name: string,
    manner: Manner,
  ): Promise<readonly [json: string, ndjson: string]> {
    const server = await quick(manner)
    const [json, samples] = [join(folder, `${name}.json`), join(folder, `${name}.ndjson`)]
    const { code } = await runCommand(benchCommand, {
      url: server.url,
      connections: 20,
      requests: 100,
      warmup: '100ms',
      calibrate: '0s',
      invalid: 'warn',
      json,
      samples,
    })
    expect(code).toBe(name === 'broken' ? 4 : 0)
    return [json, samples]
  }

  it('of two files says what differs, with exit codes', async () => {
    const [fastJson, fastSamples] = await run('fast', fast)
    const [slowJson, slowSamples] = await run('slow', slow)
    for (const words of [
      [fastJson, slowJson],
      [fastSamples, slowSamples],
      [fastJson, slowSamples],
    ]) {
      const { code, stdout } = await runCommand(compareCommand, { judge: ['ttft:p50'] }, { words })
      expect([words, code]).toEqual([words, 99])
      expect(stdout).toMatch(/^TTFT p50 .* 100\/100 +worse$/m)
      expect(stdout).toContain('worse  Head is worse than base: TTFT p50.')
    }
    const same = await runCommand(
      compareCommand,
      { judge: ['ttft:p50'], tolerance: '400%', json: true },
      { words: [slowSamples, slowJson] },
    )
    expect(same.code).toBe(0)
    expect(JSON.parse(same.stdout)).toMatchObject({ verdict: 'same', isPaired: false })
    expect(same.stderr).toContain('100/100')

    const [brokenJson, brokenSamples] = await run('broken', broken)
    for (const head of [brokenJson, brokenSamples]) {
      expect((await runCommand(compareCommand, {}, { words: [fastJson, head] })).code).toBe(99)
      expect((await runCommand(compareCommand, {}, { words: [head, fastJson] })).code).toBe(4)
    }
  })

  it('of what is no run is refused', async () => {
    const compare = (...words: string[]) => runCommand(compareCommand, {}, { words })
    await expect(compare('a')).rejects.toThrow('write two files, BASE and HEAD')
    await expect(compare('a', 'b')).rejects.toThrow('ENOENT')
    await expect(compare('package.json', 'package.json')).rejects.toThrow(
      'name a file that bench wrote with --json or --samples',
    )
  })
})
