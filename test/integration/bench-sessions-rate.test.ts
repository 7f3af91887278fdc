/** Sessions that arrive at a rate, against real servers: each arrival talks on, whatever becomes of the others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Sample } from '../../bench/index.ts'
import { type Manner, stream, streams } from '../helpers/bench-server.ts'
import { type WatchedRun, watchedRun } from '../helpers/watched-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sessions-'))
afterAll(() => rmSync(folder, { recursive: true }))

const quick = { ttftMs: 5, tokens: 2, gapMs: 2 }

/** Samples by session, in order of their turns. */
function bySession(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const sessions = new Map<number, Sample[]>()
  for (const sample of samples) {
    const { session = -1 } = sample
    sessions.set(session, [...(sessions.get(session) ?? []), sample])
  }
  return [...sessions.values()].map(all => all.toSorted((a, b) => a.turn! - b.turn!))
}

/** When each turn but the first was due: when the answer before it had ended, and its user had thought. */
function checkDues({ samples }: WatchedRun, thinkMs: number): void {
  for (const session of bySession(samples)) {
    for (const [i, { dueAtMs, sentAtMs, turn, turns, session: number }] of session.entries()) {
      expect([turn, turns]).toEqual([i + 1, session[0]!.turns])
      expect(number).toBe(session[0]!.session)
      expect(sentAtMs).toBeGreaterThanOrEqual(dueAtMs!)
      const before = session[i - 1]
      if (before) expect(dueAtMs).toBeCloseTo(before.sentAtMs + before.e2eMs! + thinkMs, 2)
    }
  }
}

const talks = join(folder, 'talks.jsonl')
const talk = (turns: number) => ({
  conversations: Array.from({ length: turns }, (_, i) => [
    { from: 'human', value: `${turns} words, turn ${i}` },
    { from: 'gpt', value: 'as it was' },
  ]).flat(),
})
writeFileSync(talks, [talk(1), talk(3)].map(one => JSON.stringify(one)).join('\n'))

describe.concurrent('sessions that arrive at a rate', () => {
  it('take their turns one after the other, each due when its user has thought', async () => {
    const run = await watchedRun(streams(quick), {
      burst: '10/30s',
      turns: 3,
      think: '100ms',
      requests: 30,
    })
    checkDues(run, 100)
    const { counts, load, bodies } = run
    expect(load.open).toMatchObject({
      arrivals: 'bursts of 10 every 30 s',
      sessions: { think: '100ms' },
    })
    expect(counts).toMatchObject({ sent: 30, ok: 30, dropped: 0 })
    expect(counts.sessions).toEqual({ started: 10, finished: 10, broken: 0, open: 0 })
    const lengths = bodies.map(({ messages }) => messages.length).sort()
    expect(lengths).toEqual([1, 3, 5].flatMap(length => Array(10).fill(length)))
    for (const { messages } of bodies.filter(one => one.messages.length > 1)) {
      expect(messages[1]).toEqual({ role: 'assistant', content: ' token 0 token 1' })
      const first = bodies.find(one => one.messages[0].content === messages[0].content)
      expect(first.messages).toHaveLength(1)
    }
  })

  it('begin when the schedule says, whatever the others do', async () => {
    const { samples, load } = await watchedRun(streams(quick), {
      rate: 20,
      arrivals: 'constant',
      turns: 3,
      think: 'exponential(mean=50ms)',
      requests: 40,
    })
    expect(load.open!.targetPerSecond).toBeCloseTo(20, 1)
    const firsts = samples.filter(({ turn }) => turn === 1).map(({ dueAtMs }) => dueAtMs!)
    expect(firsts.length).toBeGreaterThan(12)
    for (const [i, due] of firsts.toSorted((a, b) => a - b).entries()) {
      expect(due - Math.min(...firsts)).toBeCloseTo(i * 50, 2)
    }
  })

  it('by requests end with the last of them, to the number', async () => {
    const { counts, load } = await watchedRun(streams(quick), {
      rate: 50,
      turns: 4,
      think: '10ms',
      requests: 37,
    })
    expect(counts).toMatchObject({ sent: 37, ok: 37 })
    expect(load.requests).toBe(37)
    expect(counts.sessions!.open).toBeGreaterThan(0)
  })

  it('are dropped when too many are under way, and thinking ones are', async () => {
    const { counts, warnings, load } = await watchedRun(streams(quick), {
      rate: 50,
      arrivals: 'constant',
      turns: 5,
      think: '30s',
      maxInFlight: 4,
      requests: 40,
    })
    expect(counts).toMatchObject({ sent: 4, ok: 4, dropped: 36 })
    expect(counts.sessions).toEqual({ started: 4, finished: 0, broken: 0, open: 4 })
    expect(load.open!.maxInFlight).toBe(4)
    expect(warnings.join()).toContain(
      '36 of 40 sessions that were due did not begin, since 4 were under way',
    )
  })

  it('break where a turn fails, and nobody talks on', async () => {
    const failing: Manner = (_, response, n) =>
      n % 3 === 2 ? response.writeHead(500).end('{}') : stream(response, quick)
    const { counts, samples } = await watchedRun(failing, { rate: 50, turns: 3, requests: 40 })
    expect(counts.sessions!.broken).toBe(counts.failed)
    for (const session of bySession(samples)) {
      const bad = session.findIndex(({ outcome }) => outcome !== 'ok')
      if (bad >= 0) expect(bad).toBe(session.length - 1)
    }
  })

  it('go on through the reference client where a turn was refused and sent again', async () => {
    const refusing: Manner = (request, response, n) =>
      n % 3 === 2 && request.headers['x-stainless-retry-count'] === '0'
        ? response.writeHead(429, { 'retry-after-ms': '1' }).end('{}')
        : stream(response, quick)
    const run = await watchedRun(refusing, {
      retries: 'client',
      rate: 30,
      turns: 3,
      think: '20ms',
      requests: 45,
    })
    checkDues(run, 20)
    const { counts, bodies } = run
    expect(counts).toMatchObject({ sent: 45, ok: 45, attempts: bodies.length })
    expect(counts.throttled).toBe(bodies.length - 45)
    expect(counts.throttled).toBeGreaterThan(3)
    expect(counts.sessions!.broken).toBe(0)
  })

  it.each(['none', 'client'] as const)('may hang up, retries %s', async retries => {
    const { counts } = await watchedRun(streams({ ttftMs: 5, tokens: 1000, gapMs: 10 }), {
      retries,
      rate: 40,
      turns: 2,
      cancel: '100%',
      cancelAfter: '100ms',
      requests: 20,
    })
    expect(counts.byOutcome.cancelled).toBe(20)
    expect(counts.sessions).toEqual({ started: 20, finished: 0, broken: 20, open: 0 })
  })

  it('interrupted say no more, and are open', async () => {
    const controller = new AbortController()
    const answer: Manner = (_, response, n) => {
      if (n === 12) controller.abort()
      return stream(response, quick)
    }
    const options = { rate: 100, turns: 50, think: '20ms', duration: '20s' } as const
    const { run, counts } = await watchedRun(answer, options, { signal: controller.signal })
    expect(run.interrupted).toBe(true)
    expect(counts.sessions).toMatchObject({ finished: 0, broken: 0 })
    expect(counts.sessions!.open).toBeGreaterThan(0)
  })

  it('of a data set of talks have the turns that it has', async () => {
    const all = { burst: '6/30s', dataset: [talks], requests: 12 } as const
    const run = await watchedRun(streams(quick), all)
    checkDues(run, 0)
    const { bodies, counts } = run
    const lengths = bodies.map(({ messages }) => messages.length).sort()
    expect(lengths).toEqual([1, 1, 1, 1, 1, 1, 3, 3, 3, 5, 5, 5])
    expect(counts.sessions).toMatchObject({ started: 6, finished: 6 })
    const first = await watchedRun(streams(quick), {
      rate: 100,
      dataset: [talks],
      turns: 1,
      requests: 10,
    })
    expect(new Set(first.bodies.map(({ messages }) => messages.length))).toEqual(new Set([1]))
    expect(first.counts.sessions).toEqual({ started: 10, finished: 10, broken: 0, open: 0 })
  })

  it('of scenarios talk where theirs do', async () => {
    const file = join(folder, 'mix.yaml')
    writeFileSync(
      file,
      'scenarios:\n  - { name: talk, weight: 1, turns: 3 }\n  - { name: once, weight: 3 }\n',
    )
    const { samples, counts } = await watchedRun(streams(quick), {
      rate: 100,
      scenarios: file,
      requests: 120,
    })
    expect(counts).toMatchObject({ sent: 120, ok: 120 })
    for (const { scenario, turns } of samples) expect(turns).toBe(scenario === 'talk' ? 3 : 1)
    const begun = (name: string) =>
      samples.filter(({ scenario, turn }) => scenario === name && turn === 1).length
    expect(begun('once')).toBeGreaterThan(begun('talk'))
    expect(begun('talk')).toBeGreaterThan(5)
  })
})
