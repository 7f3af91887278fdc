/** Retry policies that a cap can be looked for under, by name. */
import type { ClientPolicy } from '../drivers/client-driver.ts'

export const policyNames = ['none', 'client'] as const
export type PolicyName = (typeof policyNames)[number]

type Waits = Omit<ClientPolicy, 'pace'>

export function policyOf(
  name: PolicyName,
  { maxAttempts, baseDelay, maxDelay }: Waits,
): ClientPolicy {
  return {
    pace: 'fixed',
    maxAttempts: name === 'none' ? 1 : maxAttempts,
    baseDelay,
    maxDelay,
  }
}
