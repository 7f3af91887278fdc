import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Given, readOptions } from '../../../../base/option-table.ts'
import { createRandom } from '../../../../base/random.ts'
import { loadFacts, loadWords } from '../../../../bench/load/facts.ts'
import { planLoad } from '../../../../bench/load/plan.ts'
import { loadOptions } from '../../../../bench/options/load.ts'
import { retryOptions } from '../../../../bench/options/retries.ts'

const folder = mkdtempSync(join(tmpdir(), 'plan-'))
const trace = join(folder, 'trace.csv')
writeFileSync(trace, 'atMs\n0\n1000\n4000\n')
afterAll(() => rmSync(folder, { recursive: true }))

const table = { ...loadOptions, ...retryOptions }
const planOf = (given: Given<typeof table>, takesTurns = false) =>
  planLoad(readOptions(table, given, 'test'), createRandom('plan'), takesTurns)

it('without more it is a closed loop of ten connections for ten seconds', async () => {
  expect(await planOf({})).toMatchObject({
    loop: 'connections',
    connections: 10,
    durationMs: 10_000,
    requests: undefined,
  })
  expect(await planOf({ requests: 3 })).toMatchObject({ connections: 3, requests: 3 })
  expect(await planOf({ connectionsFrom: 2 })).toMatchObject({ from: 2, connections: 10 })
})

it('a rate makes it an open loop, as Poisson unless otherwise said', async () => {
  const plan = await planOf({ rate: 50 })
  expect(plan).toMatchObject({ loop: 'open', maxInFlight: 10_000, durationMs: 10_000, graceMs: 0 })
  expect(loadFacts(plan, { sent: 497, windowMs: 10_004 })).toMatchObject({
    loop: 'open',
    open: { arrivals: 'Poisson, 50/s', targetPerSecond: 50, sentPerSecond: 49.7 },
  })
})

it.each([
  [{ rate: '10..30', arrivals: 'constant' }, 'constant, from 10/s to 30/s', 20],
  [{ rate: '60/m', arrivals: 'gamma', shape: '0.25' }, 'gamma (shape 0.25), 1/s', 1],
  [{ stages: '10/s:2s,30/s:2s' }, 'Poisson, in stages 10/s, 30/s', 15],
  [{ burst: '5/1s', duration: '2s' }, 'bursts of 5 every 1 s', 5],
  [{ trace, speed: 2 }, 'as in a trace of 3 requests at 2 × speed', 1.5],
] as const)('%j arrives %s', async (given, arrivals, targetPerSecond) => {
  const plan = await planOf(given)
  const windowMs = plan.requests === undefined ? plan.durationMs : 5000
  const { open } = loadFacts(plan, { sent: 1, windowMs })
  expect(open).toMatchObject({ arrivals, targetPerSecond })
})

it('stages last as long as they do, a trace as many requests as it has', async () => {
  expect(await planOf({ stages: '10/s:2s,30/s:2s' })).toMatchObject({ durationMs: 4000 })
  expect(await planOf({ trace })).toMatchObject({ requests: 3, graceMs: 30_000 })
  expect(await planOf({ trace, duration: '2s' })).toMatchObject({ requests: 2 })
  expect(await planOf({ trace, requests: 1, grace: '1s' })).toMatchObject({
    requests: 1,
    graceMs: 1000,
  })
})

it('who thinks, hangs up or takes turns is a user', async () => {
  expect(await planOf({ users: 7, think: '2s' })).toMatchObject({ loop: 'users', users: 7 })
  const hasty = await planOf({ cancel: '10%', connections: 4 })
  expect(hasty).toMatchObject({ loop: 'users', users: 4, cancelling: { share: 0.1 } })
  expect(loadFacts(hasty, { sent: 0, windowMs: 0 })).toMatchObject({
    loop: 'closed',
    connections: 4,
    cancel: { share: 0.1, after: '500ms' },
  })
  expect(await planOf({}, true)).toMatchObject({ loop: 'users', users: 10 })
})

it.each([
  [{ rate: 5, users: 3 }, '--users and --rate exclude each other'],
  [{ rate: 5, trace: 'x' }, '--trace and --rate exclude each other'],
  [{ stages: '1/s:1s', burst: '1/s' }, '--burst and --stages exclude each other'],
  [{ rate: 5, connectionsFrom: 3 }, '--connections-from and --rate exclude each other'],
  [{ rate: 5, think: '1s' }, '--think and --rate exclude each other'],
  [{ connectionsFrom: 3, requests: 3 }, '--requests and --connections-from exclude each other'],
  [{ arrivals: 'constant' }, 'arrivals: it says nothing without --rate, --stages'],
  [{ rate: 5, shape: 2 }, 'shape: it says nothing without --arrivals'],
  [{ rate: 5, arrivals: 'poisson', shape: 2 }, 'only --arrivals gamma has a shape'],
  [{ rate: 5, arrivals: 'gamma' }, 'say how bursty by --shape'],
  [{ speed: 2 }, 'speed: it says nothing without --trace'],
  [{ maxInFlight: 2 }, 'maxInFlight: it says nothing without --rate'],
  [{ grace: 2 }, 'grace: it says nothing without --rate'],
  [{ cancelAfter: '1s' }, 'cancelAfter: it says nothing without --cancel'],
] as const)('%j is refused', async (given, words) => {
  await expect(planOf(given)).rejects.toThrow(words)
})

it('retries are the reference client’s, in whichever loop', async () => {
  const plan = await planOf({ retries: 'client', connections: 4, maxAttempts: 3 })
  expect(plan).toMatchObject({ loop: 'client', connections: 4, policy: { maxAttempts: 3 } })
  expect(loadFacts(plan, { sent: 0, windowMs: 0 })).toMatchObject({
    driver: 'reference client, closed loop',
    connections: 4,
    retries: { by: 'reference client', maxAttempts: 3, pace: 'fixed' },
  })
  const retries = { retries: 'client', maxAttempts: 2 } as const
  for (const given of [{ rate: 5 }, { burst: '5/1s' }, { trace }, { users: 5 }, { cancel: '1%' }]) {
    expect(await planOf({ ...given, ...retries })).toMatchObject({ policy: { maxAttempts: 2 } })
    expect(await planOf(given)).toMatchObject({ policy: undefined })
  }
  const open = loadFacts(await planOf({ rate: 5, ...retries }), { sent: 0, windowMs: 0 })
  expect(open.driver).toBe('reference client, open loop')
  expect(loadWords(open)).toBe('open loop: Poisson, 5/s, by the reference client')
  await expect(planOf({ connectionsFrom: 1, ...retries })).rejects.toThrow('nothing is sent again')
})

it('turns at a rate make each arrival a session, which may think', async () => {
  const plan = await planOf({ rate: 5, think: '2s' }, true)
  expect(plan).toMatchObject({ loop: 'open', sessions: { think: { text: '2s' } } })
  const counted = { sent: 90, sessions: { started: 40 }, windowMs: 10_000 }
  const facts = loadFacts(plan, counted)
  expect(facts.open).toMatchObject({
    targetPerSecond: 5,
    sentPerSecond: 4,
    sessions: { think: '2s' },
  })
  expect(loadWords(facts)).toBe('open loop: sessions, Poisson, 5/s, thinking 2s')
  expect(await planOf({ rate: 5 })).toMatchObject({ sessions: undefined })
})

it('a trace begins no sessions, and without them nobody thinks', async () => {
  await expect(planOf({ trace }, true)).rejects.toThrow('turns: a trace says of each request')
  await expect(planOf({ rate: 5, think: '2s' })).rejects.toThrow('without --turns')
  const talks = planLoad(readOptions(table, { trace }, 'test'), createRandom('plan'), false, true)
  expect(await talks).toMatchObject({ sessions: undefined })
})

it('stages that have fewer arrivals than are asked for end when they are over', async () => {
  const stages = { stages: '10/s:2s', arrivals: 'constant' } as const
  expect(await planOf({ ...stages, requests: 20 })).toMatchObject({ requests: 20 })
  expect(await planOf({ ...stages, requests: 21 })).toMatchObject({
    requests: undefined,
    durationMs: 2000,
  })
})

it.each([
  ['rate', '0'],
  ['stages', '5:x'],
  ['burst', '5'],
  ['speed', '0'],
  ['cancel', '101%'],
  ['cancel', 'some'],
  ['shape', '-1'],
] as const)('--%s %s is no value', (key, value) => {
  expect(() => readOptions(loadOptions, { [key]: value }, 'test')).toThrow('is not allowed')
})
