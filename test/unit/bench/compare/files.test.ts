import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOptions } from '../../../../base/option-table.ts'
import { createRandom } from '../../../../base/random.ts'
import { conditionsOf, differencesOf, faultOf } from '../../../../bench/compare/conditions.ts'
import { evidenceOfHistograms } from '../../../../bench/compare/evidence-of-histograms.ts'
import { compareFiles } from '../../../../bench/compare/files.ts'
import { questionOf } from '../../../../bench/compare/question.ts'
import { timeNames } from '../../../../bench/measure.ts'
import { compareOptions } from '../../../../bench/options/compare.ts'
import { formatJson } from '../../../../bench/reporters/json.ts'
import type { Summary } from '../../../../bench/summary.ts'
import type { Stats } from '../../../../bench/tally.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { summaryOf } from '../../../helpers/bench-summary.ts'
import { noisyMachine, ttftOf } from './noisy-machine.ts'

function runOf(seed: string, medianMs: number, more: Partial<Summary> = {}): Summary {
  const random = createRandom(seed)
  const machine = noisyMachine(random.fork('machine'))
  const samples = Array.from({ length: 600 }, (_, index) =>
    sampleOf({ index, sentAtMs: index * 6, ttftMs: ttftOf(medianMs, random, machine) }),
  )
  return { ...summaryOf(samples), ...more }
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-compare-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function compare(base: Summary, head: Summary) {
  const paths = { base: join(folder, `${base.run.id}a.json`), head: join(folder, 'head.json') }
  await writeFile(paths.base, formatJson(base))
  await writeFile(paths.head, formatJson(head))
  const asked = questionOf(readOptions(compareOptions, { judge: ['ttft:p50'] }, 'test'))
  return (await compareFiles(paths.base, paths.head, { ...asked, seed: 's' })).comparison
}

describe('compareFiles of summaries', () => {
  it('tells what is slower, by the percentiles that the summaries state', async () => {
    const [base, head] = [runOf('base', 200), runOf('head', 220)]
    const { verdict, rows, warnings } = await compare(base, head)
    expect(verdict).toBe('worse')
    expect(rows[0]).toMatchObject({ base: base.ttftMs.p50, head: head.ttftMs.p50 })
    expect(warnings.join('\n')).toContain('A summary does not tell when each value came')
    expect(warnings.join('\n')).toContain('bench --against measures both by turns')
  })

  it('does not tell apart what is alike', async () => {
    expect((await compare(runOf('base', 200), runOf('other', 200))).verdict).not.toMatch(
      /worse|better/,
    )
  })

  it('concludes nothing from a run that was interrupted, or whose counts do not add up', async () => {
    const base = runOf('base', 200)
    const interrupted = { ...base, run: { ...base.run, interrupted: true } }
    expect(await compare(base, interrupted)).toMatchObject({
      verdict: 'inconclusive',
      says: 'Nothing can be concluded: head was interrupted.',
    })
    const broken = { ...base, counts: { ...base.counts, sent: 1 } }
    expect((await compare(broken, base)).says).toBe(
      "Nothing can be concluded: base's counts do not add up.",
    )
  })
})

describe('conditions', () => {
  const base = conditionsOf(summaryOf([sampleOf({})]))

  it('that are alike are not spoken of', () => {
    expect(differencesOf(base, base)).toEqual([])
    expect(faultOf(base, 'base')).toBeUndefined()
  })

  it('that differ are said, each once', () => {
    const head = {
      ...base,
      model: 'other',
      load: { ...base.load, connections: 99, connectionsOpened: 500 },
      definitions: { ...base.definitions, TTFT: 'Send to first chunk.' },
    }
    expect(differencesOf(base, head)).toEqual([
      'They differ in the model: base <b>model</b>, head other.',
      'They differ in the load: base 10 connections, autocannon closed loop, head 99 connections, autocannon closed loop.',
      'They define these differently: TTFT. Their values are not comparable.',
    ])
  })
})

describe('evidence of histograms', () => {
  const none: Stats = {
    count: 0,
    mean: null,
    min: null,
    p50: null,
    p75: null,
    p90: null,
    p95: null,
    p99: null,
    p999: null,
    max: null,
  }
  const empty = Object.fromEntries(timeNames.map(name => [name, []]))
  const bins = Array.from({ length: 400 }, (_, i) => [100 + i, 1] as const)
  const evidence = (level: (i: number) => number) =>
    evidenceOfHistograms(
      {
        bins: { ...empty, ttft: bins, itl: bins.map(([ms]) => [ms, 50] as const) } as never,
        stats: () => none,
        dots: bins.map((_, i) => [i / 10, level(i)] as const),
        requests: 400,
        errors: 4,
      },
      createRandom('evidence'),
    )
  const spread = (draws: Float64Array) => {
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
    return Math.sqrt(draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length)
  }
  const random = createRandom('levels')
  const shuffled = evidence(() => 100 + random.integer(400))
  const drifting = evidence(i => 100 + i)

  it('spreads a percentile as so many independent requests would', () => {
    // A uniform's median: width × √(p(1 − p)/n) = 400 × 0.5/20 = 10 ms.
    expect(spread(shuffled.redrawn('ttft', 50))).toBeGreaterThan(8)
    expect(spread(shuffled.redrawn('ttft', 50))).toBeLessThan(14)
  })

  it('spreads it wider where neighbours were alike', () => {
    expect(spread(drifting.redrawn('ttft', 50))).toBeGreaterThan(30)
  })

  it('takes the many gaps of a request for one', () => {
    expect(shuffled.count('itl')).toBe(20_000)
    expect(spread(shuffled.redrawn('itl', 50))).toBeGreaterThan(8)
  })

  it('has no values where there are none', () => {
    expect(shuffled.percentile('e2e', 50)).toBeUndefined()
    expect(shuffled.redrawn('e2e', 50).every(Number.isNaN)).toBe(true)
  })
})

describe('compareOptions', () => {
  it('have a tolerance and metrics, and say what is allowed', () => {
    expect(questionOf(readOptions(compareOptions, {}, 'test'))).toMatchObject({
      tolerance: { ratio: 0.05, floorMs: 0.5 },
      judged: [
        { name: 'ttft', percentile: 50 },
        { name: 'ttft', percentile: 95 },
        { name: 'itl', percentile: 50 },
        { name: 'e2e', percentile: 50 },
      ],
    })
    const read = (given: Parameters<typeof readOptions<typeof compareOptions>>[1]) => () =>
      readOptions(compareOptions, given, 'test')
    expect(read({ tolerance: '5' })).toThrow('write a share such as 5%')
    expect(read({ judge: ['ttft:p50,ttft'] })).toThrow('write NAME:pN, such as ttft:p50')
  })
})
