/**
 * `bench --against` leaves each side's samples: every number of its reports comes out of them again, by a program that
 * shares nothing with the bench, and the comparison by `compare`. In the closed loop and in the open one.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runBench } from '../../bench/index.ts'
import type { Summary } from '../../bench/summary.ts'
import type { Stats } from '../../bench/tally.ts'
import { command as bench } from '../../cli/bench.ts'
import { command as compare } from '../../cli/compare.ts'
import { command as report } from '../../cli/report.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { type Recomputed, recompute } from '../helpers/recompute.ts'
import { runCommand } from '../helpers/run-command.ts'

const sides = ['base', 'head'] as const
type Side = (typeof sides)[number]

let folder: string
let mocks: Readonly<Record<Side, MockServer>>
const at = (name: string) => join(folder, name)
const urls = () => ({ url: mocks.head.url, against: mocks.base.url })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-by-turns-'))
  const mock = (medianMs: number) =>
    createMockServer({
      ttft: `lognormal(p50=${medianMs}ms,p95=${medianMs * 2}ms)`,
      itl: '3ms',
      tokens: 'uniform(3,9)',
      fault: ['http-500;p=0.05'],
    })
  mocks = { base: await mock(25), head: await mock(40) }
})
afterAll(async () => {
  for (const side of sides) await mocks[side].close()
  await rm(folder, { recursive: true })
})

interface Ran {
  readonly code: number
  readonly summary: Summary
  readonly of: Readonly<Record<Side, Summary>>
  readonly anew: Readonly<Record<Side, Recomputed>>
  readonly page: string
}

async function ran(name: string, load: Readonly<Record<string, unknown>>): Promise<Ran> {
  const files = {
    samples: at(`${name}.ndjson`),
    json: at(`${name}.json`),
    html: at(`${name}.html`),
  }
  const { code } = await runCommand(bench, { ...urls(), ...files, ...load, csv: at(`${name}.csv`) })
  const summary: Summary = JSON.parse(await readFile(files.json, 'utf8'))
  const anew = async (side: Side) => await recompute(at(`${name}.${side}.ndjson`))
  return {
    code,
    summary,
    of: { base: summary.against!.base, head: { ...summary, against: null } },
    anew: { base: await anew('base'), head: await anew('head') },
    page: await readFile(files.html, 'utf8'),
  }
}

const loads = {
  closed: { connections: 8, duration: '1s', rounds: 6, warmup: '200ms' },
  open: { rate: '40..120', duration: '1.2s', rounds: 7, warmup: '200ms' },
} as const

describe.each(['closed', 'open'] as const)('by turns in the %s loop', loop => {
  let run: Ran
  beforeAll(async () => {
    run = await ran(loop, loads[loop])
  }, 60_000)

  it.each(sides)('all of %s comes out of its samples again, to the digit', side => {
    const { run: own, turns, ...rest } = run.anew[side]
    expect(rest.counts.sent).toBeGreaterThan(5)
    expect(own.seconds).toBe(run.of[side].run.seconds)
    for (const [key, value] of Object.entries(rest)) {
      expect(run.of[side][key as keyof Summary], key).toEqual(value)
    }
    expect(turns).toHaveLength(loads[loop].rounds)
    expect(turns!.reduce((sum, { sent }) => sum + sent, 0)).toBe(rest.counts.sent)
  })

  it.each(sides)('report makes the same of the samples of %s', async side => {
    const again = at(`again-${side}.json`)
    const words = [at(`${loop}.${side}.ndjson`)]
    const { code } = await runCommand(report, { json: again, html: at('again.html') }, { words })
    expect(code).toBe(0)
    expect(JSON.parse(await readFile(again, 'utf8'))).toEqual(run.of[side])
    const rows = (await readFile(at(`${loop}.${side}.csv`), 'utf8')).trimEnd().split('\n')
    expect(rows).toHaveLength(run.anew[side].counts.sent + 1)
  })

  it('compare pairs the two files, and comes to what the run said', async () => {
    const words = sides.map(side => at(`${loop}.${side}.ndjson`))
    const { code, stdout } = await runCommand(compare, { json: true }, { words })
    const { comparison, rounds } = run.summary.against!
    const [base, head] = words
    expect(JSON.parse(stdout)).toEqual({ base, head, ...comparison })
    expect(comparison).toMatchObject({ isPaired: true, warnings: [] })
    expect(comparison.blocks).toEqual({ base: rounds, head: rounds })
    expect(code).toBe(run.code)
  })

  it('the comparison’s values are those of the two sides’ samples', () => {
    const shown = { 50: 'p50', 95: 'p95', 99: 'p99' } as const
    const { rows } = run.summary.against!.comparison
    expect(rows.length).toBeGreaterThan(4)
    for (const { metric, percentile, base, head, samples } of rows) {
      for (const [side, value] of [['base', base] as const, ['head', head] as const]) {
        const { counts, ...times } = run.anew[side]
        if (percentile === null) {
          expect(value).toBe((counts.failed + counts.cut) / counts.sent)
          continue
        }
        const stats = times[`${metric as 'ttft'}Ms`]
        expect([metric, value]).toEqual([metric, stats[shown[percentile as 50]]])
        expect(samples[side]).toBe(stats.count)
      }
    }
  })

  it('the page shows both sides’ counts and times as their samples have them', () => {
    const counts = rowsOf(run.page, 'Requests of both sides')
    const times = rowsOf(run.page, 'Times of both sides in milliseconds')
    for (const side of sides) {
      const { sent, ok, failed, cut, open, dropped } = run.anew[side].counts
      const row = counts.find(([name]) => name === side)!
      expect(row.slice(1, 7).map(Number)).toEqual([sent, ok, failed, cut, open, dropped])
      for (const [title, key] of [
        ['TTFT', 'ttftMs'],
        ['E2E', 'e2eMs'],
      ] as const) {
        const stats: Stats = run.anew[side][key]
        const cells = times.find(([name]) => name === `${title} ${side}`)!
        expect(Number(cells[1])).toBe(stats.count)
        expect(Math.abs(Number(cells[3]) - stats.p50!)).toBeLessThan(0.051)
      }
    }
  })
})

describe('by a timetable', () => {
  it('both sides’ requests are due at the same moments of their turns', async () => {
    const dues = async (side: Side) => {
      const lines = (await readFile(at(`open.${side}.ndjson`), 'utf8')).trimEnd().split('\n')
      const events = lines.map(line => JSON.parse(line))
      const from: number[] = events.flatMap(({ type, atMs }) => (type === 'turn' ? [atMs] : []))
      const due = events
        .filter(({ type, measured }) => type === 'sample' && measured)
        .map(({ dueAtMs }) => dueAtMs as number)
        .sort((a, b) => a - b)
      return due.map(dueMs => {
        const turn = from.findLastIndex(fromMs => fromMs <= dueMs)
        return [turn, dueMs - from[turn]!] as const
      })
    }
    const [base, head] = [await dues('base'), await dues('head')]
    expect(base.map(([turn]) => turn)).toEqual(head.map(([turn]) => turn))
    for (const [i, [, intoMs]] of base.entries()) {
      expect(Math.abs(intoMs - head[i]![1])).toBeLessThan(0.01)
    }
  })

  it('a number of requests, or a law that is not one of arrivals, is refused', async () => {
    const refused = (given: object) => expect(runBench({ ...urls(), ...given })).rejects
    await refused({ rate: '5', requests: 10 }).toThrow('turns are over by the clock')
    await refused({ users: 5 }).toThrow('turns need a fixed number of connections, or --rate')
    await refused({ think: '1s' }).toThrow('it does not go together with --against')
  })
})

describe('while it runs', () => {
  it('both sides are scraped on one page, told apart by a label', async () => {
    let page = ''
    const onNotice = async (text: string) => {
      const [, url] = /^metrics: (\S+)/.exec(text) ?? []
      if (url === undefined) return
      // Until both sides have something to show.
      while (!/ok",run_id="\w+",side="head"} [1-9]/.test(page)) {
        page = await (await fetch(url)).text()
        await new Promise(resolve => setTimeout(resolve, 20))
      }
      stop.abort()
    }
    const stop = new AbortController()
    const options = { ...urls(), connections: 4, duration: '100s', rounds: 1000, warmup: 0 }
    const { run } = await runBench(
      { ...options, prometheusPort: 0, threshold: ['ttft: p(50)<1h'] },
      { onNotice: text => void onNotice(text), signal: stop.signal },
    )
    expect(run.interrupted).toBe(true)
    for (const side of sides) {
      const series = new RegExp(
        `^tokadence_bench_time_to_first_token_seconds_count\\{run_id="${run.id}",side="${side}"\\} \\d+$`,
        'm',
      )
      expect(page).toMatch(series)
    }
    expect(page.match(/^# TYPE tokadence_bench_requests_total /gm)).toHaveLength(1)
  })

  it('a port for scrapes that is taken ends it before anything is sent', async () => {
    const port = Number(new URL(mocks.base.url).port)
    const asked = mocks.head.requests().length
    for (const load of [{ connections: 2 }, { rate: '5' }]) {
      const given = { ...urls(), ...load, duration: '1h', prometheusPort: port }
      await expect(runBench(given)).rejects.toThrow('the port cannot be listened on (EADDRINUSE)')
    }
    expect(mocks.head.requests().length).toBe(asked)
  })

  it('Ctrl-C sends no more, waits for what is in flight, reports what there is and exits with 130', async () => {
    const stop = new AbortController()
    const samples = at('stopped.ndjson')
    const asked = () => mocks.base.requests().length + mocks.head.requests().length
    const before = asked()
    const running = runCommand(
      bench,
      { ...urls(), connections: 6, duration: '1h', rounds: 1000, warmup: 0, samples, json: '-' },
      { signal: stop.signal },
    )
    await eventually(() => asked() > before + 24 || undefined, 30_000)
    stop.abort()
    const { code, stdout, stderr } = await running
    expect(code).toBe(130)
    expect(stderr).toContain('stopping: what is in flight is waited for, 2 s at most')
    const { counts, against, run }: Summary = JSON.parse(stdout)
    expect(run.interrupted).toBe(true)
    expect(counts.open + against!.base.counts.open).toBe(0)
    expect(counts.ok + against!.base.counts.ok).toBeGreaterThan(12)
    expect(against!.comparison.says).toBe('The run was interrupted.')
    for (const side of sides) {
      const words = [at(`stopped.${side}.ndjson`)]
      expect((await runCommand(report, {}, { words })).code).toBe(130)
    }
  })
})

/** The texts of a table's rows. */
function rowsOf(page: string, caption: string): string[][] {
  const body = new RegExp(`<caption>${caption}</caption>.*?<tbody>(.*?)</tbody>`, 's').exec(
    page,
  )![1]!
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) =>
      cell!.replace(/[~\u202f]/g, ''),
    ),
  )
}
