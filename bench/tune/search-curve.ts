/** One policy's search: measures what the search asks for, until it has its answer. */
import type { Random } from '../../base/random.ts'
import { bindingOf } from './binds.ts'
import type { Curve, Point } from './cap-found.ts'
import { lastingRps, rateBound } from './lasting.ts'
import { isDisturbed, type Level, levelOf, type Run } from './level.ts'
import { measureRun, type RunParts } from './measure-run.ts'
import { leastPointMs, replies } from './point.ts'
import type { PolicyName } from './policy.ts'
import { kneeOf, nextStep, type SearchRules, type Why } from './search.ts'
import { createLimitWitness } from './told-limits.ts'
import { fitUsl } from './usl.ts'

export interface CurveOptions {
  readonly policy: PolicyName
  readonly rules: SearchRules
  /** How long each point is measured; undefined: by how long replies take. */
  readonly pointMs: number | undefined
  readonly random: Random
  /** A point was measured; its level with all runs so far. */
  readonly onPoint: (level: Level, why: Why) => void
}

const mostSteps = 80
/** A repeated point may be so many times as long. */
const longest = 5
const spare = 1.1
/** So many points may be measured again at once because something else held the machine. */
const mostAgain = 4

export async function searchCurve(
  { policy, rules, pointMs, random, onPoint }: CurveOptions,
  parts: Omit<RunParts, 'witness' | 'random'>,
): Promise<Curve> {
  const witness = createLimitWitness()
  const runs = new Map<number, Run[]>()
  const levels = new Map<number, Level>()
  const steps: Curve['steps'][number][] = []

  function points(): Point[] {
    const all = [...levels.values()].sort((a, b) => a.concurrency - b.concurrency)
    const bound = boundOf(all)
    return all.map(level => ({ ...level, lastingRps: lastingRps(level, bound) }))
  }

  let again = mostAgain

  /** What a reply takes at so many in flight, by the nearest level below. */
  function replyMsAt(concurrency: number): number {
    const below = points().filter(level => level.concurrency <= concurrency)
    return below.at(-1)?.e2eMs.p50 ?? 0
  }

  function boundOf(all: readonly Level[]) {
    const calls = all.reduce((sum, { calls }) => sum + calls, 0)
    const tokens = all.reduce((sum, level) => sum + level.tokensPerCall * level.calls, 0)
    return rateBound(witness.limits, tokens / Math.max(1, calls))
  }

  /** How long to measure: what is repeated, until there are calls enough for the percentiles that are asked for. */
  function windowMsAt(concurrency: number, why: Why): number {
    if (pointMs !== undefined) return pointMs
    const usualMs = Math.max(leastPointMs, replies * replyMsAt(concurrency))
    const level = levels.get(concurrency)
    if (why !== 'repeating' || !level || level.requestsPerSecond === 0) return usualMs
    const neededMs = (level.missing / level.requestsPerSecond) * 1000 * spare
    return Math.max(usualMs, Math.min(neededMs, usualMs * longest))
  }

  /** Undefined: it was stopped before anything was seen. */
  async function measure(concurrency: number, why: Why): Promise<Level | undefined> {
    const run = await measureRun(
      {
        concurrency,
        rampMs: concurrency === 1 ? 0 : replyMsAt(concurrency),
        windowMs: windowMsAt(concurrency, why),
      },
      { ...parts, witness, random: random.fork(`${concurrency}.${steps.length}`) },
    )
    if (run.cycles.length === 0 && parts.signal.aborted) return undefined
    const all = [...(runs.get(concurrency) ?? []), run]
    const level = levelOf(all, parts.objectives)
    runs.set(concurrency, all)
    levels.set(concurrency, level)
    steps.push({ concurrency, why })
    onPoint(level, why)
    if (!isDisturbed(run) || all.length > 1 || again === 0 || parts.signal.aborted) return level
    again--
    return measure(concurrency, 'disturbed')
  }

  while (!parts.signal.aborted && steps.length < mostSteps) {
    const step = nextStep(points(), rules)
    if (step.next === undefined) break
    const level = await measure(step.next, step.why)
    if (!level || (steps.length === 1 && level.ok === 0)) break
  }

  const all = points()
  const knee = kneeOf(all, rules)
  const bound = boundOf(all)
  const { limits } = witness
  return {
    policy,
    points: all,
    steps,
    knee,
    binding: bindingOf({ levels: all, knee, limits, bound }),
    limits: { ...limits },
    bound,
    usl: fitUsl(all.map(({ concurrency, okRps }) => ({ concurrency, throughput: okRps }))),
  }
}
