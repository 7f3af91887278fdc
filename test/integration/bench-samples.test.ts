/**
 * Every number of every report comes out of the samples again: of a real run with failures, cuts and open
 * streams, reckoned by a program that shares nothing with the bench (test/helpers/recompute.mjs).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveOptions } from '../../base/option-table.ts'
import type { Summary } from '../../bench/summary.ts'
import type { Stats } from '../../bench/tally.ts'
import { command as bench } from '../../cli/bench.ts'
import { command as report } from '../../cli/report.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { type Recomputed, recompute } from '../helpers/recompute.ts'

let folder: string
let anew: Recomputed
let summary: Summary
let printed: string
let page: string
const at = (name: string) => join(folder, name)

type Given = Readonly<Record<string, unknown>>

async function call(
  command: typeof bench | typeof report,
  given: Given,
  words: readonly string[] = [],
): Promise<{ code: number; out: string }> {
  const entries = Object.entries(given).map(([key, value]) => ({ key, value, origin: `--${key}` }))
  const { values, origins } = resolveOptions(command.options, entries)
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const told = Promise.all([text(stdout), text(stderr)])
  // Plain streams stand in for a terminal's; each command gets the options of its own table.
  const context = { stdout, stderr, stdin: process.stdin, options: values, origins, words }
  const signal = new AbortController().signal
  try {
    const code = await command.run({ ...context, signal } as unknown as Parameters<
      typeof bench.run
    >[0] &
      Parameters<typeof report.run>[0])
    stdout.end()
    stderr.end()
    return { code, out: (await told)[0] }
  } finally {
    stdout.end()
    stderr.end()
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-samples-'))
  await using mock = await createMockServer({
    ttft: 'lognormal(p50=40ms,p95=90ms)',
    itl: 'lognormal(p50=4ms,p95=9ms)',
    tokens: 'uniform(5,40)',
    fault: ['http-500;p=0.05', 'truncate;p=0.05'],
  })
  const files = { samples: at('run.ndjson'), csv: at('run.csv'), json: at('run.json') }
  const { out } = await call(bench, {
    ...files,
    url: mock.url,
    rate: '60',
    arrivals: 'poisson',
    maxInFlight: 8,
    warmup: '300ms',
    duration: '2s',
    html: at('run.html'),
    compat: 'vllm',
    calibrate: '0s',
    invalid: 'warn',
  })
  printed = out
  summary = JSON.parse(await readFile(at('run.json'), 'utf8'))
  page = await readFile(at('run.html'), 'utf8')
  anew = await recompute(at('run.ndjson'))
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

const names = ['ttfb', 'ttft', 'itl', 'tpot', 'e2e', 'lag', 'ttftDue', 'response'] as const
const titles = ['TTFB', 'TTFT', 'ITL', 'TPOT', 'E2E', 'lag', 'TTFT due', 'response']
const columns = ['count', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const

/** Whether `shown` is `value` with its last digit rounded. */
function isRounded(shown: string, value: number | null): boolean {
  const digits = shown.replace(/[~\u202f]/g, '')
  if (value === null) return digits === '–'
  const step = 10 ** -(digits.split('.')[1]?.length ?? 0)
  return Math.abs(Number(digits) - value) <= step / 2 + 1e-9
}

function expectRow(cells: readonly string[], stats: Stats, name: string): void {
  expect(cells).toHaveLength(columns.length)
  for (const [i, column] of columns.entries()) {
    expect(
      isRounded(cells[i]!, stats[column]),
      `${name} ${column}: ${cells[i]} is ${stats[column]}`,
    ).toBe(true)
  }
}

function tableOf(caption: string): string[][] {
  const body = new RegExp(`<caption>${caption}</caption>.*?<tbody>(.*?)</tbody>`, 's').exec(
    page,
  )![1]!
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => cell!),
  )
}

describe('every number comes out of the samples again', () => {
  it('there was something to reckon: all kinds of ends, drops and a warm-up', () => {
    const { ok, failed, cut, dropped, warmup } = anew.counts
    expect(Math.min(ok, failed + cut, dropped, warmup)).toBeGreaterThan(0)
  })

  it('in the JSON, to the digit', () => {
    const { run, ...rest } = anew
    expect(run.seconds).toBe(summary.run.seconds)
    for (const [key, value] of Object.entries(rest)) {
      expect(summary[key as keyof Summary], key).toEqual(value)
    }
  })

  it('in the table on the terminal', () => {
    for (const [i, name] of names.entries()) {
      const line = printed.split('\n').find(text => text.startsWith(`${titles[i]} `))!
      expectRow(line.slice(titles[i]!.length).trim().split(/\s+/), anew[`${name}Ms`], name)
    }
    const { sent, ok, failed, cut, open } = anew.counts
    expect(printed).toContain(
      `${sent} sent = ${ok} ok + ${failed} failed + ${cut} cut + ${open} open`,
    )
    const { requestsPerSecond, outputTokensPerSecond } = anew.throughput
    const rates = /(\S+) requests\/s +(\S+) output tokens\/s/.exec(printed)!
    expect(isRounded(rates[1]!, requestsPerSecond)).toBe(true)
    expect(isRounded(rates[2]!, outputTokensPerSecond)).toBe(true)
  })

  it('in the tables of the page', () => {
    for (const [i, [title, ...cells]] of tableOf('Times in milliseconds').entries()) {
      expect(title).toBe(titles[i])
      expectRow(cells, anew[`${names[i]!}Ms`], title!)
    }
    // Slots are whole where the run is short; a scrap at its end is not shown.
    const shown = anew.timeline.filter(({ seconds }) => seconds > 0.125)
    const requests = tableOf('Requests ended by time')
    expect(requests).toHaveLength(shown.length)
    for (const [i, { due, dropped, ok, errors }] of shown.entries()) {
      expect(requests[i]!.slice(1).map(Number)).toEqual([due, dropped, ok, errors])
    }
    for (const [i, [, rate]] of tableOf('Output tokens by time').entries()) {
      expect(isRounded(rate!, shown[i]!.tokens / shown[i]!.seconds)).toBe(true)
    }
    for (const [i, [, p50, p95]] of tableOf('TTFT by time, ms').entries()) {
      expect(isRounded(p50!, shown[i]!.ttftP50Ms)).toBe(true)
      expect(isRounded(p95!, shown[i]!.ttftP95Ms)).toBe(true)
    }
  })

  it('in the CSV: a row for each measured request', async () => {
    const rows = (await readFile(at('run.csv'), 'utf8')).trimEnd().split('\n')
    expect(rows).toHaveLength(anew.counts.sent + 1)
    const outcome = rows[0]!.split(',').indexOf('outcome')
    expect(rows.filter(row => row.split(',')[outcome] === 'ok')).toHaveLength(anew.counts.ok)
  })
})

describe('tokadence report', () => {
  it('makes the same JSON, page, CSV and text from the samples', async () => {
    const again = { json: at('2.json'), html: at('2.html'), csv: at('2.csv'), compat: 'vllm' }
    const { code, out } = await call(report, again, [at('run.ndjson')])
    expect(code).toBe(0)
    for (const kind of ['json', 'html', 'csv']) {
      expect(await readFile(at(`2.${kind}`), 'utf8')).toBe(
        await readFile(at(`run.${kind}`), 'utf8'),
      )
    }
    expect(out.replace('2.html', 'run.html')).toBe(printed)
  })

  it('makes the page from the JSON, but no CSV', async () => {
    await call(report, { html: at('3.html') }, [at('run.json')])
    const ours = await readFile(at('3.html'), 'utf8')
    expect(ours).toBe(page.replace(/<section aria-labelledby="other">.*?<\/section>\n/s, '\n'))
    await expect(call(report, { csv: at('3.csv') }, [at('run.json')])).rejects.toThrow(
      '--csv: a summary has no samples',
    )
  })

  it('refuses what is no run', async () => {
    await expect(call(report, {}, [at('run.csv')])).rejects.toThrow('name a file that bench wrote')
  })
})
