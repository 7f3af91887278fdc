/** The search for a concurrency cap: one curve for each policy. */
import { OptionError } from '../../base/option-error.ts'
import type { Random } from '../../base/random.ts'
import { isGeneratorBusy } from './binds.ts'
import {
  answerOf,
  bestCurve,
  type Curve,
  capPoint,
  type FoundCap,
  tuneDefinitions,
  verdictOf,
} from './cap-found.ts'
import { callsCaveats } from './point.ts'
import { type PolicyName, policyOf } from './policy.ts'
import { searchCurve } from './search-curve.ts'
import type { Frame, Search } from './search-parts.ts'

const usualMaxConcurrency = 256

export async function tuneConcurrency(search: Search): Promise<Omit<FoundCap, keyof Frame>> {
  const { options, random, onPoint, signal } = search
  if (options.arrivals !== undefined || options.shape !== undefined) {
    throw new OptionError('arrivals', options.arrivals, 'it says nothing without --over rate')
  }
  const { repeats, maxConcurrency = usualMaxConcurrency, seed } = options
  const given = { maxConcurrency, repeats, enough: options.enough / 100 }
  const policies: readonly PolicyName[] = options.retries ?? ['client']
  const curves: Curve[] = []
  for (const policy of policies) {
    if (signal.aborted) break
    // What one policy takes, another takes about as well.
    const before = curves[0]?.knee.cap
    const rules = { ...given, start: before === undefined ? 1 : Math.max(1, before >> 1) }
    const own: Random = random.fork(policy)
    const curve = await searchCurve(
      {
        ...{ policy, rules, random: own, pointMs: options.point },
        onPoint: (level, why) => onPoint?.(level, why, policy),
      },
      { ...search.parts, policy: policyOf(policy, options) },
    )
    search.check()
    curves.push(curve)
  }
  const best = bestCurve(curves)
  return {
    over: 'concurrency',
    settings: { ...given, objectives: options.slo, seed },
    verdict: best ? verdictOf(best) : 'inconclusive',
    cap: best?.knee.cap ?? null,
    rate: null,
    policy: best?.policy ?? 'client',
    answer: best ? answerOf(best) : 'no cap: nothing was measured',
    curves,
    warnings: best ? warningsOf(best, options.slo) : [],
    definitions: tuneDefinitions,
  }
}

function warningsOf(curve: Curve, slo: readonly string[]): readonly string[] {
  const warnings = callsCaveats('cap', capPoint(curve), slo)
  const late = curve.points.filter(({ generator, e2eMs }) => {
    const share = generator.lagP99Ms / (e2eMs.p50 ?? Number.POSITIVE_INFINITY)
    return share > lateShare
  })
  if (late.length > 0 && !curve.points.some(isGeneratorBusy)) {
    const worst = Math.max(...late.map(({ generator }) => generator.lagP99Ms))
    const where = late.map(({ concurrency }) => concurrency).join(', ')
    warnings.push(
      `The event loop was up to ${Math.round(worst)} ms late at p99 (at ${where} in flight): throughput there may be low by as much.`,
    )
  }
  return warnings
}

/** An event loop that is late at p99 by this share of a reply. */
const lateShare = 0.1
