import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { readOptions } from '../../../../base/option-table.ts'
import { createRandom } from '../../../../base/random.ts'
import { type OpenPlan, planLoad } from '../../../../bench/load/plan.ts'
import { wholeUs } from '../../../../bench/microseconds.ts'
import { loadOptions } from '../../../../bench/options/load.ts'
import { retryOptions } from '../../../../bench/options/retries.ts'
import { afterWarmup } from '../../../../bench/schedule/warmed.ts'
import { dealArrivals, dealRequests } from '../../../../bench/workers/dealt.ts'
import { requestsOf, workOf } from '../../../helpers/bench-work.ts'

const table = { ...loadOptions, ...retryOptions }
type Options = Parameters<typeof readOptions<typeof table>>[1]

interface Sent {
  readonly number: number | undefined
  readonly dueUs: number
  readonly body: string
}

const warmupMs = 100
const work = { inputTokens: 'uniform(5,50)', outputTokens: 'uniform(1,9)', prefixGroups: 3 }

async function planOf(options: Options): Promise<OpenPlan> {
  const plan = await planLoad(readOptions(table, options, 'test'), createRandom('load'), false)
  if (plan.loop !== 'open') throw new Error(plan.loop)
  return plan
}

const arrivalsOf = ({ schedule }: OpenPlan) =>
  afterWarmup(schedule, warmupMs, createRandom('warmup'))

/** What one run sends up to `untilMs`, or `requests` of it. */
async function alone(plan: OpenPlan, untilMs: number): Promise<Sent[]> {
  const { next } = await workOf(work)
  const sent: Sent[] = []
  let measured = 0
  for (const { atMs, hint } of each(arrivalsOf(plan))) {
    if (atMs >= untilMs) break
    if (atMs >= warmupMs && ++measured > (plan.requests ?? Number.POSITIVE_INFINITY)) break
    sent.push({ number: sent.length, dueUs: wholeUs(atMs), body: next(hint).body })
  }
  return sent
}

/** What worker `number` of `of` sends; where `drops` says so it is full when a request is due. */
async function share(
  plan: OpenPlan,
  { number, of, untilMs, drops = () => false }: Part,
): Promise<Sent[]> {
  const given = { share: { number, of }, warmupMs, requests: plan.requests }
  const dealt = dealArrivals(await workOf(work), given)
  const sent: Sent[] = []
  let own = 0
  for (const { atMs, hint } of each(dealt.deal(arrivalsOf(plan)))) {
    if (atMs >= untilMs) break
    if (drops(own++)) continue
    const { body } = dealt.work.next(hint)
    sent.push({ number: dealt.takeNumber(), dueUs: wholeUs(atMs), body })
  }
  return sent
}

interface Part {
  readonly number: number
  readonly of: number
  readonly untilMs: number
  drops?(own: number): boolean
}

function* each<T>(iterator: Iterator<T, undefined>): Generator<T> {
  for (let next = iterator.next(); !next.done; next = iterator.next()) yield next.value
}

const byNumber = (a: Sent, b: Sent) => (a.number ?? 0) - (b.number ?? 0)

/** A request every 9 ms, of lengths that differ. */
const folder = mkdtempSync(join(tmpdir(), 'dealt-'))
afterAll(() => rmSync(folder, { recursive: true }))
const trace = join(folder, 'trace.csv')
const rows = Array.from({ length: 40 }, (_, i) => `${i * 9},${10 + i},${1 + i}`)
writeFileSync(trace, ['atMs,inputTokens,outputTokens', ...rows].join('\n'))

const loads: readonly Options[] = [
  { rate: '200' },
  { rate: '10..400', duration: '1s' },
  { rate: '100', arrivals: 'constant' },
  { rate: '300', arrivals: 'gamma', shape: '0.25' },
  { stages: '50/s:200ms,400/s:500ms' },
  { burst: '7/100ms' },
  { trace },
  { rate: '200', requests: 23 },
]

it.each(loads)(
  'of %j n workers send what one does: as many, the same, due at the same µs',
  async load => {
    const plan = await planOf(load)
    const untilMs = plan.requests === undefined ? 600 : Number.POSITIVE_INFINITY
    const whole = await alone(plan, untilMs)
    expect(whole.length).toBeGreaterThan(20)
    for (const of of [1, 2, 3, 7]) {
      const parts = await Promise.all(
        Array.from({ length: of }, (_, number) => share(plan, { number, of, untilMs })),
      )
      expect(parts.flat().sort(byNumber)).toEqual(whole)
      const sizes = parts.map(part => part.length)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }
  },
)

it('a request that is dropped changes none of those that come after it', async () => {
  const plan = await planOf({ rate: '200' })
  const whole = await alone(plan, 600)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.nat(6), async (of, mask) => {
      const drops = (own: number) => (own * 7) % 13 < mask
      for (let number = 0; number < of; number++) {
        const sent = await share(plan, { number, of, untilMs: 600, drops })
        for (const one of sent) expect(one).toEqual(whole[one.number!])
      }
    }),
    { seed: 1, numRuns: 10 },
  )
})

it('of a closed loop, in whatever order workers are free, all together send the first requests of one', async () => {
  const whole = requestsOf(await workOf(work), 60).map(({ body }) => body)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 60 }), async order => {
      let numbers = 0
      const workers = await Promise.all(
        [0, 1, 2].map(async () => dealRequests(await workOf(work), () => numbers++)),
      )
      const sent = order.map(worker => {
        const { body } = workers[worker]!.work.next()
        return { body, number: workers[worker]!.takeNumber() }
      })
      expect(sent).toEqual(order.map((_, number) => ({ body: whole[number], number })))
    }),
    { seed: 2, numRuns: 20 },
  )
})

it('a number is taken once, so that what was not made anew has none', async () => {
  const dealt = dealRequests(await workOf({}), () => 5)
  dealt.work.next()
  expect([dealt.takeNumber(), dealt.takeNumber()]).toEqual([5, undefined])
})
