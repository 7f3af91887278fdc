/** What a rate limiter is asked in tests, and its answers where they must be the one or the other. */
import type { Claim, Decision } from '../../mock-server/engine/limits/rate-limiter.ts'

export function claimOf(claim: Partial<Claim>): Claim {
  return {
    caller: 'key',
    model: 'gpt-4o',
    project: 'proj_default',
    inputTokens: 0,
    outputTokens: 1,
    ...claim,
  }
}

export function refused(decision: Decision) {
  if (decision.admitted) throw new Error('It was let in.')
  return decision
}

export function admitted(decision: Decision) {
  if (!decision.admitted) throw new Error(`It was refused: ${JSON.stringify(decision.refusal)}`)
  return decision
}
