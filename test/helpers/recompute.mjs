#!/usr/bin/env node
/**
 * Everything that a report says of a run, reckoned anew from its samples: plain Node, nothing of the bench is
 * used. `node recompute.mjs FILE` prints the numbers under the names that the report's JSON has them by.
 */
import { readFileSync } from 'node:fs'

const us = ms => Math.round(ms * 1000)
const lines = readFileSync(process.argv[2], 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line))
const one = type => lines.find(line => line.type === type)
const samples = lines.filter(({ type }) => type === 'sample')
const fromUs = us(one('begin').atMs)
const untilUs = us(one('finish').atMs)
const inside = atUs => atUs >= fromUs && atUs <= untilUs
const dueUs = ({ dueAtMs, sentAtMs }) => us(dueAtMs ?? sentAtMs)
const lastSentUs = ({ sentAtMs, givenUp }) =>
  givenUp.reduce((atUs, { lastedMs, waitedMs }) => atUs + us(lastedMs) + us(waitedMs), us(sentAtMs))
const endUs = ({ sentAtMs, e2eMs, censoredMs }) => us(sentAtMs) + us(e2eMs ?? censoredMs ?? 0)
const isOpen = ({ outcome }) => outcome === 'open' || outcome === 'cancelled'
const isCut = ({ outcome }) => outcome === 'stream_cut'
const isOk = ({ outcome }) => outcome === 'ok'
const isFailed = sample => !isOpen(sample) && !isCut(sample) && !isOk(sample)
const count = (list, is) => list.filter(is).length
const has = (value, of) => (value === undefined ? undefined : of(us(value)))
const nearest = (sorted, p) => sorted[Math.max(1, Math.ceil((p / 100) * sorted.length - 1e-9)) - 1]
const sum = (list, of) => list.reduce((total, item) => total + of(item), 0)

const measured = samples.filter(sample => inside(dueUs(sample)))
const dropped = lines.filter(({ type, dueAtMs }) => type === 'dropped' && inside(us(dueAtMs)))
for (const { measured: said, index, ...sample } of samples) {
  if (said !== inside(dueUs(sample))) throw new Error(`request ${index} is marked wrong`)
}

// By turns: what was measured is the time in which this side had the turn, not the pauses between

const spanUs = untilUs - fromUs
const turns = []
for (const { type, atMs } of lines) {
  if (type === 'turn') turns.push({ fromUs: us(atMs), untilUs })
  else if (type === 'pause') turns.at(-1).untilUs = us(atMs)
}
const windowUs = turns.length > 0 ? sum(turns, turn => turn.untilUs - turn.fromUs) : spanUs
const ofTurn = ({ fromUs: from }, i) =>
  measured.filter(
    sample => dueUs(sample) >= from && dueUs(sample) < (turns[i + 1]?.fromUs ?? untilUs + 1),
  )

// Objectives of a request: `ttft: p(95)<400ms` wants its TTFT below that, of its gaps the percentile

const objectives = one('run').slo.map(text => {
  const [, name, p, operator, limit, unit] =
    /^(\w+): p\((\d+)\)(<=?)([\d.]+)(ms|s)$/.exec(text) ?? []
  if (name === undefined)
    throw new Error(`${text}: this program knows NAME: p(N)<VALUE of ms or s only`)
  return {
    name,
    p: Number(p),
    operator,
    limitUs: Math.round(Number(limit) * (unit === 's' ? 1e6 : 1e3)),
  }
})
const isGood = sample =>
  isOk(sample) &&
  objectives.every(({ name, p, operator, limitUs }) => {
    const own = {
      itl: nearest(
        sample.gapsMs.map(us).sort((a, b) => a - b),
        p,
      ),
    }
    const value = name === 'itl' ? own.itl : has(sample[`${name}Ms`], ms => ms)
    return value === undefined || (operator === '<' ? value < limitUs : value <= limitUs)
  })

// Counts

const outcomes =
  'ok http_4xx http_429 http_5xx timeout connect_error malformed stream_cut cancelled open'.split(
    ' ',
  )
const accountsOf = list => ({
  sent: list.length,
  ok: count(list, isOk),
  failed: count(list, isFailed),
  cut: count(list, isCut),
  open: count(list, isOpen),
  attempts: sum(list, ({ givenUp, isUnsent }) => givenUp.length + (isUnsent ? 0 : 1)),
  throttled: sum(list, ({ outcome, givenUp }) =>
    count([{ outcome }, ...givenUp], tried => tried.outcome === 'http_429'),
  ),
})
const counts = {
  ...accountsOf(measured),
  dropped: dropped.length,
  byOutcome: Object.fromEntries(
    outcomes.map(name => [name, count(measured, ({ outcome }) => outcome === name)]),
  ),
  good: objectives.length > 0 ? count(measured, isGood) : null,
  warmup: samples.length - measured.length,
}

// Times, in µs

const isTimed = sample => isOk(sample) || isOpen(sample)

function timesOf(list) {
  const timed = list.filter(isTimed)
  const some = of => timed.map(of).filter(value => value !== undefined)
  const all = {
    ttfb: some(({ ttfbMs }) => has(ttfbMs, own => own)),
    ttft: some(({ ttftMs }) => has(ttftMs, own => own)),
    itl: timed.flatMap(({ gapsMs }) => gapsMs.map(us)),
    tpot: timed
      .filter(sample => sample.ttftMs !== undefined && sample.outputTokens > 1 && isOk(sample))
      .map(({ gapsMs, outputTokens }) => Math.round(sum(gapsMs, us) / (outputTokens - 1))),
    e2e: some(({ e2eMs }) => has(e2eMs, own => own)),
    lag: some(({ dueAtMs, sentAtMs, heldMs = 0 }) =>
      has(dueAtMs, due => us(sentAtMs) - due - us(heldMs)),
    ),
    ttftDue: some(sample => has(sample.ttftMs, own => own + lastSentUs(sample) - dueUs(sample))),
    response: some(sample => has(sample.e2eMs, own => own + us(sample.sentAtMs) - dueUs(sample))),
    prelude: some(({ preludeMs }) => has(preludeMs, own => own)),
  }
  return Object.entries(all).map(([name, values]) => [
    `${name}Ms`,
    Float64Array.from(values, value => Math.max(0, value)).sort(),
  ])
}
const times = timesOf(measured)
const statsOf = all => Object.fromEntries(all.map(([name, values]) => [name, stats(values)]))

// HdrHistogram with 3 digits from 1 µs: 2,048 values of 1 µs, then ever wider ones
const widthUs = value => (value < 2048 ? 1 : 2 ** (Math.floor(Math.log2(value)) - 10))
const lowest = value => Math.floor(value / widthUs(value)) * widthUs(value)
const most = 65_536

function stats(sorted) {
  const n = sorted.length
  const ms = value => (value === undefined ? null : Math.round(value) / 1000)
  const at = p => {
    const value = nearest(sorted, p)
    if (n <= most) return ms(value)
    return ms(Math.min(sorted[n - 1], lowest(value) + widthUs(value) - 1))
  }
  return {
    count: n,
    mean: n ? ms(sum(Array.from(sorted), value => value) / n) : null,
    min: ms(sorted[0]),
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: ms(sorted[n - 1]),
  }
}

function bins(sorted) {
  const found = new Map()
  for (const value of sorted) {
    const middle = lowest(value) + Math.floor(widthUs(value) / 2)
    found.set(middle, (found.get(middle) ?? 0) + 1)
  }
  return [...found].map(([value, times]) => [value / 1000, times])
}

// The run over time

let slotUs = 250_000
while (spanUs / 1000 - 1e-6 >= (slotUs / 1000) * 240) slotUs *= 2
const slots = Array.from(
  { length: spanUs > 0 ? Math.max(1, Math.ceil(spanUs / slotUs)) : 0 },
  () => ({
    tokens: 0,
    ok: 0,
    errors: 0,
    due: 0,
    sent: 0,
    dropped: 0,
    first: [],
    gaps: [],
  }),
)
/** A run's very last moment belongs to the next slot, where there is none yet. */
function slotAt(atUs) {
  const i = Math.floor((atUs - fromUs) / slotUs)
  while (slots.length <= i) {
    slots.push({ tokens: 0, ok: 0, errors: 0, due: 0, sent: 0, dropped: 0, first: [], gaps: [] })
  }
  return slots[i]
}
for (const { dueAtMs } of dropped) {
  slotAt(us(dueAtMs)).due++
  slotAt(us(dueAtMs)).dropped++
}
for (const sample of samples) {
  const { ttftMs, gapsMs, contentChunks, outputTokens } = sample
  if (ttftMs !== undefined && contentChunks > 0) {
    let atUs = lastSentUs(sample) + us(ttftMs)
    if (inside(atUs)) slotAt(atUs).tokens++
    for (const gapMs of gapsMs) {
      atUs += us(gapMs)
      if (!inside(atUs)) continue
      slotAt(atUs).tokens++
      slotAt(atUs).gaps.push(gapMs)
    }
  }
  // An answer that came whole has its tokens at its end.
  if (contentChunks === 0 && outputTokens > 0 && inside(endUs(sample))) {
    slotAt(endUs(sample)).tokens += outputTokens
  }
  if (!isOpen(sample) && inside(endUs(sample)))
    slotAt(endUs(sample))[isOk(sample) ? 'ok' : 'errors']++
  if (!inside(dueUs(sample))) continue
  slotAt(dueUs(sample)).due++
  if (inside(us(sample.sentAtMs))) slotAt(us(sample.sentAtMs)).sent++
  const firstUs = lastSentUs(sample) + us(ttftMs ?? 0)
  if ((isOk(sample) || isOpen(sample)) && ttftMs !== undefined && inside(firstUs)) {
    slotAt(firstUs).first.push(ttftMs)
  }
}

/** Buckets, 16 to an octave. */
function shape(values) {
  const found = new Map()
  for (const value of values) {
    const bucket = Math.floor(Math.floor(Math.log2(Math.max(2 ** -7, value)) * 128) / 8)
    found.set(bucket, (found.get(bucket) ?? 0) + 1)
  }
  return [...found].sort(([a], [b]) => a - b)
}
/** Exact while there are few first tokens in all, else the upper edge of one of 128 buckets to an octave. */
function slotPercentile(values, p) {
  const value = nearest(
    values.toSorted((a, b) => a - b),
    p,
  )
  if (value === undefined) return null
  if (sum(slots, ({ first }) => first.length) <= most) return value
  const bucket = Math.floor(Math.log2(Math.max(2 ** -7, value)) * 128)
  return Math.round(2 ** ((bucket + 1) / 128) * 1000) / 1000
}

const perSecond = total => Math.round((total / (windowUs / 1000)) * 1000 * 1000) / 1000
const names = [...new Set(measured.flatMap(({ scenario }) => scenario ?? []))].sort()

function tokensOf(ended) {
  const sources = new Set(ended.map(({ tokensFrom }) => tokensFrom))
  return {
    input: sum(ended, ({ inputTokens }) => inputTokens ?? 0),
    output: sum(ended, ({ outputTokens }) => outputTokens),
    contentChunks: sum(ended, ({ contentChunks }) => contentChunks),
    source: sources.size === 2 ? 'mixed' : ([...sources][0] ?? null),
  }
}

process.stdout.write(
  JSON.stringify({
    run: { seconds: windowUs / 1000 / 1000 },
    counts,
    ...statsOf(times),
    throughput: {
      requestsPerSecond: windowUs > 0 ? perSecond(sum(slots, ({ ok }) => ok)) : 0,
      outputTokensPerSecond: windowUs > 0 ? perSecond(sum(slots, ({ tokens }) => tokens)) : 0,
    },
    tokens: tokensOf(measured.filter(isOk)),
    timeline: slots.map(({ first, gaps, ...totals }, i) => ({
      atSeconds: (i * slotUs) / 1e6,
      seconds: Math.max(0, Math.min(slotUs, spanUs - i * slotUs)) / 1e6,
      ...totals,
      ttftP50Ms: slotPercentile(first, 50),
      ttftP95Ms: slotPercentile(first, 95),
      ttft: shape(first),
      itl: shape(gaps),
    })),
    histograms: Object.fromEntries(times.map(([name, values]) => [name, bins(values)])),
    scenarios: names.length === 0 ? null : names.map(name => scenario(name)),
    ...(turns.length > 0 && { turns: turns.map((turn, i) => accountsOf(ofTurn(turn, i))) }),
  }),
)

function scenario(name) {
  const own = measured.filter(sample => sample.scenario === name)
  const { input, output } = tokensOf(own.filter(isOk))
  return { name, counts: accountsOf(own), tokens: { input, output }, ...statsOf(timesOf(own)) }
}
