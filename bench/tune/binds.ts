/** What keeps more requests in flight from bringing more: pure. */
import { formatDuration } from '../../base/duration.ts'
import { generatorReasons } from './health.ts'
import type { RateBound } from './lasting.ts'
import type { Level } from './level.ts'
import type { Knee } from './search.ts'
import type { ToldLimits } from './told-limits.ts'

/** rpm, tpm: requests or tokens a minute; latency: an objective; nothing: it still grew at the highest tried. */
const bindings = ['slots', 'rpm', 'tpm', 'latency', 'generator', 'nothing'] as const

export interface Binding {
  readonly what: (typeof bindings)[number]
  /** A sentence with the numbers that say so. */
  readonly because: string
}

export const bindingWords: Readonly<Record<Binding['what'], string>> = {
  slots: 'slots bind',
  rpm: 'RPM binds',
  tpm: 'TPM binds',
  latency: 'latency binds',
  generator: 'the generator binds',
  nothing: 'nothing binds yet',
}

export interface Evidence {
  /** Ascending. */
  readonly levels: readonly Level[]
  readonly knee: Knee
  readonly limits: ToldLimits
  readonly bound: RateBound | undefined
}

/** Throughput that comes this close to a limit a minute has come to it. */
const atTheLimit = 0.97

export function bindingOf({ levels, knee, limits, bound }: Evidence): Binding {
  return (
    ofRate(levels, bound) ??
    ofRefusals(levels, limits) ??
    ofGenerator(levels, knee) ??
    ofLatency(levels, knee) ??
    ofSlots(levels, knee)
  )
}

/** More was asked for than a limit that the server told allows to last. */
export function ofRate(
  levels: readonly Pick<Level, 'requestsPerSecond' | 'heldShare'>[],
  bound: RateBound | undefined,
): Binding | undefined {
  const fastest = Math.max(0, ...levels.map(({ requestsPerSecond }) => requestsPerSecond))
  if (!bound || fastest < bound.requestsPerSecond * atTheLimit) return undefined
  const { kind, perMinute, requestsPerSecond } = bound
  const size = perMinute / 60 / requestsPerSecond
  const each = kind === 'tokens' ? ` of about ${Math.round(size)} tokens each` : ''
  const rate = `${figure(requestsPerSecond)} requests a second${each}`
  const held = Math.max(0, ...levels.map(({ heldShare }) => heldShare))
  const wait =
    held > 0.02 ? `; the client held calls back for up to ${percent(held)} of their time` : ''
  return {
    what: kind === 'requests' ? 'rpm' : 'tpm',
    because: `the server allows ${perMinute} ${kind} a minute, ${rate}${wait}`,
  }
}

/** It refuses for a limit whose size nobody tells. */
export function ofRefusals(
  levels: readonly Pick<Level, 'refused'>[],
  limits: ToldLimits,
): Binding | undefined {
  const total = (kind: 'requests' | 'tokens' | 'place') =>
    levels.reduce((sum, { refused }) => sum + refused[kind], 0)
  const [requests, tokens, place] = [total('requests'), total('tokens'), total('place')]
  const kind = requests >= tokens ? 'requests' : 'tokens'
  const count = Math.max(requests, tokens)
  if (count === 0 || count < place || limits[kind]) return undefined
  return {
    what: kind === 'requests' ? 'rpm' : 'tpm',
    because: `${count} tries were refused for ${kind} a minute; how many there are, the server does not say`,
  }
}

/** Throughput is users / reply: it is what is measured that must be large beside the generator's lateness. */
export function isGeneratorBusy({ generator, e2eMs }: Pick<Level, 'generator' | 'e2eMs'>): boolean {
  return generatorReasons(generator, e2eMs.p50).length > 0
}

/** From the cap on: what is far below does not matter. */
function ofGenerator(levels: readonly Level[], { cap = 1, isGrowing }: Knee): Binding | undefined {
  const last = levels.at(-1)
  for (const { ok, concurrency, generator, e2eMs } of levels) {
    // Where nothing ended ok, refusals come back so fast that anybody is busy with them.
    if (ok === 0 || concurrency < (isGrowing ? (last?.concurrency ?? 1) : cap)) continue
    const [reason] = generatorReasons(generator, e2eMs.p50)
    if (reason === undefined) continue
    const because = `at ${concurrency} in flight it measured itself. ${reason.replace(/\.$/, '')}`
    return { what: 'generator', because }
  }
  return undefined
}

function ofLatency(
  levels: readonly Level[],
  { cap, ceiling, isGrowing }: Knee,
): Binding | undefined {
  const level = levels.find(({ concurrency }) => concurrency === ceiling)
  if (!level || !(isGrowing || cap === undefined)) return undefined
  const { concurrency, failure } = level
  if (level.ok === 0) {
    const words = failure === null ? '' : ` (${failure})`
    return { what: 'latency', because: `at ${concurrency} in flight no request ended ok${words}` }
  }
  const missed = level.objectives.find(({ ok }) => !ok)
  const rule = missed?.text ?? 'an objective'
  return {
    what: 'latency',
    because:
      cap === undefined
        ? `even at ${concurrency} in flight ${rule} is missed`
        : `goodput still grows, but at ${concurrency} in flight ${rule} is missed`,
  }
}

function ofSlots(levels: readonly Level[], { cap, isGrowing }: Knee): Binding {
  const top = levels.at(-1)
  if (isGrowing || !top) {
    return {
      what: 'nothing',
      because: `goodput still grew at ${top?.concurrency ?? 0} in flight, the most that was tried`,
    }
  }
  const atCap = levels.find(({ concurrency }) => concurrency === cap)
  const alone = levels[0]?.e2eMs.p50 ?? 0
  const atWork = Math.round((top.okRps * alone) / 1000)
  const { place } = top.refused
  if (place > 0) {
    return {
      what: 'slots',
      because: `beyond ${cap} in flight throughput stays flat, and of ${top.concurrency} in flight the server refused ${place} tries for want of a place; about ${atWork} are at work at once`,
    }
  }
  const later = `TTFT p50 goes from ${spoken(atCap?.ttftMs.p50)} to ${spoken(top.ttftMs.p50)}`
  const slower = `tokens come every ${spoken(top.tpotMs.p50)} instead of ${spoken(atCap?.tpotMs.p50)}`
  const isSlower = (top.tpotMs.p50 ?? 0) > 1.3 * (atCap?.tpotMs.p50 ?? Number.POSITIVE_INFINITY)
  return {
    what: 'slots',
    because: `beyond ${cap} in flight throughput stays flat and requests wait: at ${top.concurrency} ${isSlower ? slower : `${later}; about ${atWork} are at work at once`}`,
  }
}

function spoken(ms: number | null | undefined): string {
  return typeof ms === 'number' ? formatDuration(ms) : 'nothing'
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`
}
