/** From options to a load: which loop, how it runs, when it ends. */
import { type Distribution, parseDistribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import type { ClientPolicy } from '../drivers/client-for.ts'
import type { Cancelling } from '../drivers/sender.ts'
import type { LoadOptions } from '../options/load.ts'
import type { RetryOptions } from '../options/retries.ts'
import type { Schedule } from '../schedule/arrival.ts'
import { burstSchedule } from '../schedule/burst.ts'
import { pacedSchedule } from '../schedule/paced.ts'
import { rateWords } from '../schedule/rate.ts'
import { rateCourse, type Stretch, steadyRate } from '../schedule/rate-course.ts'
import { replaySchedule } from '../schedule/replay.ts'
import { readTrace } from '../schedule/trace-file.ts'
import { refuseConflicts } from './conflicts.ts'

interface Plan {
  readonly cancelling: Cancelling | undefined
  /** How long is measured, where `requests` does not end it before. */
  readonly durationMs: number
  readonly requests: number | undefined
  /** After the last request was sent, so long is waited for those in flight; undefined: as long as it takes. */
  readonly graceMs: number | undefined
  /** All goes through the reference client; undefined: nothing is sent again. */
  readonly policy?: ClientPolicy | undefined
}

export interface ConnectionsPlan extends Plan {
  readonly loop: 'connections'
  readonly connections: number
  readonly from: number | undefined
}

export interface UsersPlan extends Plan {
  readonly loop: 'users'
  readonly users: number
  readonly think: Distribution | undefined
}

export interface OpenPlan extends Plan {
  readonly loop: 'open'
  readonly schedule: Schedule
  readonly maxInFlight: number
  /** Arrivals begin sessions; undefined: they are single requests. */
  readonly sessions?: SessionsPlan | undefined
}

export interface SessionsPlan {
  /** Between an answer and the session's next turn; undefined: that is due at once. */
  readonly think: Distribution | undefined
}

/** The same connections, by the reference client. */
export interface ClientPlan extends Plan {
  readonly loop: 'client'
  readonly connections: number
  readonly policy: ClientPolicy
}

export type LoadPlan = ConnectionsPlan | ClientPlan | UsersPlan | OpenPlan

const usualDurationMs = 10_000
const usualMaxInFlight = 10_000
const usualTraceGraceMs = 30_000
const usualCancelAfter = parseDistribution('500ms', 'ms')!

/**
 * `takesTurns`: conversations are asked for; `hasTalks`: there are some in the work. Throws OptionError for options
 * that exclude each other and for a trace that cannot be read.
 */
export async function planLoad(
  options: LoadOptions & RetryOptions,
  random: Random,
  takesTurns: boolean,
  hasTalks: boolean = takesTurns,
): Promise<LoadPlan> {
  refuseConflicts(options, { isAsked: takesTurns, hasSome: hasTalks })
  const { requests, think, connections, cancel } = options
  const cancelling =
    cancel === undefined
      ? undefined
      : {
          share: cancel,
          after: options.cancelAfter ?? usualCancelAfter,
          random: random.fork('cancel'),
        }
  const most = (count: number) => Math.min(count, requests ?? Number.POSITIVE_INFINITY)
  const plan = {
    cancelling,
    requests,
    graceMs: undefined,
    durationMs: options.duration ?? usualDurationMs,
    policy: policyOf(options),
  }
  if (options.trace !== undefined) return { ...plan, ...(await replay(options, random)) }
  const schedule = scheduleOf(options, random)
  if (schedule) {
    const requests = hasArrivals(schedule, plan.requests) ? plan.requests : undefined
    return {
      ...plan,
      loop: 'open',
      requests,
      schedule,
      maxInFlight: options.maxInFlight ?? usualMaxInFlight,
      sessions: hasTalks ? { think } : undefined,
      durationMs: options.duration ?? schedule.spanMs ?? usualDurationMs,
      graceMs: options.grace ?? (requests === undefined ? 0 : undefined),
    }
  }
  if (options.users !== undefined || think || cancelling || takesTurns) {
    return { ...plan, loop: 'users', users: most(options.users ?? connections), think }
  }
  const { policy } = plan
  if (policy) return { ...plan, loop: 'client', connections: most(connections), policy }
  const { connectionsFrom: from } = options
  return { ...plan, loop: 'connections', connections: most(connections), from }
}

/** Whether so many fall due, as far as it matters: a schedule that ends before would be waited for without end. */
function hasArrivals({ spanMs, arrivals }: Schedule, requests = 0): boolean {
  if (spanMs === undefined) return true
  const due = arrivals()
  for (let count = 0; count < requests; count++) if (due.next().done) return false
  return true
}

function policyOf(options: RetryOptions): ClientPolicy | undefined {
  if (options.retries === 'none') return undefined
  const { pace, maxAttempts, baseDelay, maxDelay } = options
  return { pace, maxAttempts, baseDelay, maxDelay }
}

/** A trace ends when its last request has, so by count and not by time. */
async function replay(options: LoadOptions, random: Random) {
  const { trace: path = '', speed = 1, duration = Number.POSITIVE_INFINITY } = options
  const trace = await readTrace(path, duration * speed)
  const schedule = replaySchedule(trace, speed, random.fork('trace'))
  return {
    loop: 'open',
    schedule,
    maxInFlight: options.maxInFlight ?? usualMaxInFlight,
    requests: Math.min(trace.rows.length, options.requests ?? Number.POSITIVE_INFINITY),
    graceMs: options.grace ?? usualTraceGraceMs,
    sessions: undefined,
  } as const
}

function scheduleOf(options: LoadOptions, random: Random): Schedule | undefined {
  const { rate, stages, burst, arrivals: pattern = 'poisson', shape = 1 } = options
  const paced = { pattern, shape, random }
  if (burst) return burstSchedule(burst)
  if (stages) {
    return pacedSchedule({
      ...paced,
      course: rateCourse(stages),
      rateWords: `in stages ${stageWords(stages)}`,
    })
  }
  if (!rate) return undefined
  const { fromPerSecond, toPerSecond } = rate
  if (fromPerSecond === toPerSecond) {
    const course = steadyRate(fromPerSecond)
    return pacedSchedule({ ...paced, course, rateWords: rateWords(fromPerSecond) })
  }
  const ms = options.duration ?? usualDurationMs
  return pacedSchedule({
    ...paced,
    course: rateCourse([{ ...rate, ms }]),
    rateWords: `from ${rateWords(fromPerSecond)} to ${rateWords(toPerSecond)}`,
  })
}

function stageWords(stages: readonly Stretch[]): string {
  return stages.map(({ toPerSecond }) => rateWords(toPerSecond)).join(', ')
}
