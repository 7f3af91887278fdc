/** What keeps a higher rate from being kept up: pure. */
import { formatDuration } from '../../base/duration.ts'
import { type Binding, ofRate, ofRefusals } from './binds.ts'
import { generatorReasons } from './health.ts'
import type { RateBound } from './lasting.ts'
import type { RateCurve, RatePoint } from './rate-found.ts'
import type { ToldLimits } from './told-limits.ts'

export interface RateEvidence {
  /** Ascending. */
  readonly points: readonly RatePoint[]
  readonly knee: RateCurve['knee']
  readonly limits: ToldLimits
  readonly bound: RateBound | undefined
  readonly aloneMs: number
  readonly ceilingRps: number | undefined
}

/** A rate this near to the ceiling is held down by it, whatever objective was missed first. */
const nearCeiling = 0.8

export function rateBindingOf(evidence: RateEvidence): Binding {
  const { points, knee, bound, limits } = evidence
  // What was sent is what was asked for; whether it lasts is what the limit says.
  const asked = points.map(point => ({ ...point, requestsPerSecond: point.rate, heldShare: 0 }))
  return (
    ofRate(asked, bound) ??
    ofRefusals(points, limits) ??
    ofGenerator(points, knee) ??
    ofCeiling(evidence)
  )
}

/** From the rate that was found to the lowest that is not kept up: what is beyond does not matter. */
function ofGenerator(
  points: readonly RatePoint[],
  { rate = 0, ceiling = Infinity }: RateCurve['knee'],
): Binding | undefined {
  for (const point of points) {
    if (point.rate < rate || point.rate > ceiling || point.ok === 0) continue
    const { generator, ttftDueMs, e2eMs, late } = point
    const [reason] = generatorReasons(generator, ttftDueMs.p50 ?? e2eMs.p50)
    const words = reason ?? (late > 0 ? `It did not come to send ${late} requests.` : undefined)
    if (words === undefined) continue
    const because = `at ${point.rate} requests/s it measured itself. ${words.replace(/\.$/, '')}`
    return { what: 'generator', because }
  }
  return undefined
}

function ofCeiling({ points, knee, aloneMs, ceilingRps }: RateEvidence): Binding {
  const { rate, ceiling } = knee
  const level = points.find(point => point.rate === ceiling)
  if (!level) {
    const top = points.at(-1)?.rate ?? 0
    return { what: 'nothing', because: `${top} requests/s, the most that was tried, are kept up` }
  }
  const { place } = level.refused
  if (level.missed === 'throttled' && place > 0) {
    const because = `at ${ceiling} requests/s the server refused ${place} of ${level.calls} for want of a place; at ${rate ?? 0} requests/s there are ${(points.find(point => point.rate === rate)?.inFlight ?? 0).toFixed(1)} in flight on average`
    return { what: 'slots', because }
  }
  if (ceilingRps !== undefined && rate !== undefined && rate >= ceilingRps * nearCeiling) {
    const atWork = Math.round((ceilingRps * aloneMs) / 1000)
    const because = `the server brings ${ceilingRps.toFixed(1)} requests/s at most, about ${atWork} at once of ${formatDuration(aloneMs)} each, and ${rate} requests/s are ${Math.round((rate / ceilingRps) * 100)} % of that`
    return { what: 'slots', because }
  }
  return { what: 'latency', because: becauseOf(level, { rate, ceilingRps }) }
}

function becauseOf(
  level: RatePoint,
  {
    rate,
    ceilingRps,
  }: { readonly rate: number | undefined; readonly ceilingRps: number | undefined },
): string {
  const where = `${rate === undefined ? 'even ' : ''}at ${level.rate} requests/s`
  const brought = ceilingRps === undefined ? '' : `; it brings up to ${ceilingRps.toFixed(1)}`
  const words = level.failure === null ? '' : ` (${level.failure})`
  switch (level.missed) {
    case 'nothing ended ok':
      return `${where} no request ended ok${words}`
    case 'failing':
      return `${where} ${level.calls - level.ok - level.open} of ${level.calls} requests fail${words}`
    case 'dropped':
      return `${where} too many requests are in flight, and ${level.dropped} were not sent`
    case 'objective': {
      const missed = level.objectives.find(({ ok }) => !ok)
      return `${where} ${missed?.text ?? 'an objective'} is missed, though the server keeps up${brought}`
    }
    default:
      if (level.open > level.calls * level.excess) {
        return `${where} ${level.open} of ${level.calls} requests did not come to an end${brought}`
      }
      return `${where} requests pile up: their response rises by ${formatDuration(Math.max(0, level.excess) * 1000)} a second${brought}`
  }
}
