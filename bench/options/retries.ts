/** Who tries again, and when: nobody, or the reference client. */
import { choice, type OptionTable, type Resolved } from '../../base/option-table.ts'
import { clientOptions } from '../../client/options.ts'

export const retryOptions = {
  retries: choice(['none', 'client'], {
    fallback: 'none',
    help: 'none: a request that fails is over; client: sent through the reference client, which retries, obeys retry-after, and stops all while it is told to wait.',
  }),
  pace: choice(['fixed', 'adaptive'], {
    fallback: 'fixed',
    help: 'With retries client. fixed: all that may be in flight is; adaptive: the client finds how much of it the server takes.',
  }),
  maxAttempts: clientOptions.maxAttempts,
  baseDelay: clientOptions.baseDelay,
  maxDelay: clientOptions.maxDelay,
} satisfies OptionTable

export type RetryOptions = Resolved<typeof retryOptions>
