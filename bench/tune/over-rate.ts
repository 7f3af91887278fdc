/** The search for the highest arrival rate: one curve for each policy. */

import { OptionError } from '../../base/option-error.ts'
import { readOptions } from '../../base/option-table.ts'
import type { Random } from '../../base/random.ts'
import { type OpenPlan, planLoad } from '../load/plan.ts'
import { loadOptions } from '../options/load.ts'
import { retryOptions } from '../options/retries.ts'
import { callsCaveats } from './point.ts'
import { type PolicyName, policyOf } from './policy.ts'
import { searchRateCurve } from './rate-curve.ts'
import {
  bestRateCurve,
  type FoundRate,
  type RateCurve,
  rateAnswerOf,
  rateDefinitions,
  ratePoint,
  rateVerdictOf,
} from './rate-found.ts'
import type { Frame, Search, TuneOptions } from './search-parts.ts'

const usualMaxInFlight = 10_000

/** Throws OptionError for options that exclude each other. */
export async function tuneRate(search: Search): Promise<Omit<FoundRate, keyof Frame>> {
  const { options, random, onPoint, signal, parts } = search
  const { repeats, maxRate, seed, shape } = options
  const { maxConcurrency = usualMaxInFlight, arrivals: pattern = 'poisson' } = options
  const policies: readonly PolicyName[] = options.retries ?? ['none']
  const loads: (readonly [PolicyName, OpenPlan])[] = []
  for (const policy of policies) loads.push([policy, await loadOf(policy, options, random)])
  const curves: RateCurve[] = []
  for (const [policy, load] of loads) {
    if (signal.aborted) break
    const curve = await searchRateCurve(
      {
        ...{ policy, rules: { maxRate, repeats }, pointMs: options.point },
        random: random.fork(policy),
        onPoint: (level, why) => onPoint?.(level, why, policy),
      },
      { ...parts, load, arrivals: { pattern, shape: shape ?? 1 } },
    )
    search.check()
    curves.push(curve)
  }
  const best = bestRateCurve(curves)
  const arrivals = shape === undefined ? pattern : `${pattern} (shape ${shape})`
  return {
    over: 'rate',
    settings: { objectives: options.slo, repeats, maxConcurrency, maxRate, arrivals, seed },
    verdict: best ? rateVerdictOf(best) : 'inconclusive',
    cap: null,
    rate: (best && ratePoint(best)?.rate) ?? null,
    policy: best?.policy ?? 'none',
    answer: best ? rateAnswerOf(best) : 'no rate: nothing was measured',
    curves,
    warnings: best ? warningsOf(best, options.slo) : [],
    definitions: rateDefinitions,
  }
}

/** A run's own open loop under this policy, as `bench` would plan it; its schedule is each point's own. */
async function loadOf(
  name: PolicyName,
  { arrivals = 'poisson', shape, maxConcurrency = usualMaxInFlight, ...options }: TuneOptions,
  random: Random,
): Promise<OpenPlan> {
  const { pace, maxAttempts, baseDelay, maxDelay } = policyOf(name, options)
  const given = readOptions({ ...loadOptions, ...retryOptions }, { rate: '1' }, 'tune')
  const plan = await planLoad(
    {
      ...given,
      ...{ arrivals, shape, retries: name, pace, maxAttempts, baseDelay, maxDelay },
      maxInFlight: maxConcurrency,
    },
    random.fork('load'),
    false,
  )
  if (plan.loop === 'open') return plan
  throw new OptionError('retries', name, 'at a rate it cannot be tried')
}

function warningsOf(curve: RateCurve, slo: readonly string[]): readonly string[] {
  const warnings = callsCaveats('rate', ratePoint(curve), slo)
  const { rate: least = 0, ceiling: most = Infinity } = curve.knee
  const disturbed = curve.points.filter(
    ({ disturbed, runs, rate }) => disturbed === runs && rate >= least && rate <= most,
  )
  if (disturbed.length > 0) {
    const worst = Math.max(...disturbed.map(({ generator }) => generator.lagP99Ms))
    const where = disturbed.map(({ rate }) => rate).join(', ')
    warnings.push(
      `The event loop was up to ${Math.round(worst)} ms late at p99 (at ${where} requests/s): times there may be high by as much.`,
    )
  }
  return warnings
}
