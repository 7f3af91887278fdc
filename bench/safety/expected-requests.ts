/** How many requests a load will send, its warm-up included, before anything is known of the server. */
import type { LoadPlan } from '../load/plan.ts'

/** An answer is taken to begin after this long, and then to come at this pace. */
const firstTokenMs = 500
const tokenMs = 10

export interface ExpectedRequests {
  readonly count: number
  /** What one answer was taken to last, ms; undefined: it makes no difference. */
  readonly answerMs: number | undefined
}

/** `outputTokens`: of a mean answer; `turns`: of a mean session, each of which is taken to come to its end. */
export function expectedRequests(
  plan: LoadPlan,
  warmupMs: number,
  outputTokens: number,
  turns = 1,
): ExpectedRequests {
  const { requests, durationMs } = plan
  if (plan.loop === 'open') {
    const { schedule } = plan
    const warmup = (Math.max(1, schedule.firstPerSecond) * warmupMs) / 1000
    const due = requests ?? schedule.expected(durationMs) * turns
    return { count: Math.ceil(due + (warmupMs > 0 ? warmup * turns : 0)), answerMs: undefined }
  }
  const answerMs = firstTokenMs + outputTokens * tokenMs
  const thinkMs = plan.loop === 'users' ? (plan.think?.mean ?? 0) : 0
  const most = plan.loop === 'users' ? plan.users : plan.connections
  const perMs = most / (answerMs + thinkMs)
  // Connections start one after the other over three quarters of the warm-up.
  const warmup = perMs * warmupMs * 0.625
  const count = Math.ceil(warmup + (requests ?? perMs * durationMs))
  return { count, answerMs: requests === undefined ? answerMs : undefined }
}
