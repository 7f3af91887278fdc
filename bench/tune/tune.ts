/** The search for a concurrency cap, from options to what was found. */
import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../../base/clock.ts'
import { OptionError } from '../../base/option-error.ts'
import type { Resolved } from '../../base/option-table.ts'
import { version } from '../../base/package.ts'
import { createRandom } from '../../base/random.ts'
import { readEnvironment } from '../environment.ts'
import { checkReachable } from '../preflight.ts'
import { type Confirm, foreignOf, takeLeave } from '../safety/leave.ts'
import { parseThreshold } from '../threshold.ts'
import type { Bytes } from '../work/read-lines.ts'
import { createWork } from '../work/work.ts'
import { isGeneratorBusy } from './binds.ts'
import {
  answerOf,
  bestCurve,
  type Curve,
  capPoint,
  type Found,
  tuneDefinitions,
  tuneSchema,
  verdictOf,
} from './found.ts'
import type { Level } from './level.ts'
import type { tuneOptions } from './options.ts'
import { type PolicyName, policyOf } from './policy.ts'
import type { Why } from './search.ts'
import { searchCurve } from './search-curve.ts'

export type TuneOptions = Resolved<typeof tuneOptions>

export interface TuneContext {
  readonly clock?: Clock
  /** Ends the search early; what was measured is in what is found, marked `interrupted`. */
  readonly signal?: AbortSignal
  /** Where `-` as a file of prompts reads from. */
  readonly stdin?: Bytes
  /** Asks whether to go on, where the target is not this machine and `yes` is not given; undefined: it is refused. */
  readonly confirm?: Confirm
  /** A point was measured. */
  readonly onPoint?: (level: Level, why: Why, policy: PolicyName) => void
}

/** Throws OptionError for options that cannot be used, TargetUnreachable when nothing listens there. */
export async function tune(options: TuneOptions, context: TuneContext = {}): Promise<Found> {
  const { clock = systemClock, onPoint, stdin = process.stdin } = context
  const url = parseUrl(options.url)
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(context.signal ? [context.signal] : [])])
  const foreign = foreignOf([url])
  if (foreign.length > 0 && !options.yes) await takeLeave(foreign, '--yes', context.confirm)
  await checkReachable(url)
  const random = createRandom(options.seed)
  const objectives = options.slo.flatMap(text => parseThreshold(text) ?? [])
  const { model, repeats, maxConcurrency, seed } = options
  const given = { maxConcurrency, repeats, enough: options.enough / 100 }
  const [startedAtMs, startedWallMs] = [clock.nowMs(), clock.wallMs()]
  const curves: Curve[] = []
  let broken: Error | undefined
  const work = await createWork(
    { ...options, turns: undefined },
    {
      query: '',
      random: random.fork('work'),
      stdin,
      onBroken(error) {
        broken = error
        stop.abort()
      },
    },
  )
  for (const policy of options.retries) {
    if (signal.aborted) break
    const own = random.fork(policy)
    // What one policy takes, another takes about as well.
    const before = curves[0]?.knee.cap
    const rules = { ...given, start: before === undefined ? 1 : Math.max(1, before >> 1) }
    const curve = await searchCurve(
      {
        policy,
        rules,
        pointMs: options.point,
        random: own,
        onPoint: (level, why) => onPoint?.(level, why, policy),
      },
      {
        url: url.href.replace(/\/+$/, ''),
        headers: work.headers,
        idleTimeoutMs: options.timeout,
        policy: policyOf(policy, options),
        work,
        objectives,
        clock,
        signal,
      },
    )
    if (broken) throw new OptionError('script', options.script, broken.message, { cause: broken })
    curves.push(curve)
  }
  const best = bestCurve(curves)
  return {
    schema: tuneSchema,
    tool: { name: 'tokadence', version },
    run: {
      id: randomUUID().slice(0, 8),
      label: options.label ?? null,
      startedAt: new Date(startedWallMs).toISOString(),
      seconds: (clock.nowMs() - startedAtMs) / 1000,
      interrupted: signal.aborted,
    },
    target: { url: url.href, model },
    settings: { ...given, objectives: options.slo, seed },
    verdict: best ? verdictOf(best) : 'inconclusive',
    cap: best?.knee.cap ?? null,
    policy: best?.policy ?? 'client',
    answer: best ? answerOf(best) : 'no cap: nothing was measured',
    curves,
    warnings: best ? warningsOf(best, options) : [],
    definitions: tuneDefinitions,
    environment: readEnvironment(),
  }
}

function warningsOf(curve: Curve, { prompt, slo }: TuneOptions): readonly string[] {
  const warnings: string[] = []
  const point = capPoint(curve)
  if (point && !point.isSure) {
    warnings.push(
      `At the cap there are ${point.calls} calls, too few for ${slo.join(' and ')}: a longer --point or more --repeats make it sure.`,
    )
  }
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
  if (prompt.length === 1) {
    warnings.push(
      'One prompt is sent by all: a server with a prefix cache answers it faster than real traffic.',
    )
  }
  return warnings
}

/** An event loop that is late at p99 by this share of a reply. */
const lateShare = 0.1

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.search === '') return url
  const allowed = 'write an http or https URL such as http://127.0.0.1:4010/v1, without a query'
  throw new OptionError('url', text, allowed)
}
