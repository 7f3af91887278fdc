/** What several workers cannot do, and why. */
import { type Clock, systemClock } from '../../base/clock.ts'
import { OptionError } from '../../base/option-error.ts'
import type { LoadPlan } from '../load/plan.ts'
import type { Bytes } from '../work/read-lines.ts'

/** Throws OptionError. */
export function refuseWorkers(
  { workers, retries }: { readonly workers: number; readonly retries: string },
  plan: LoadPlan,
  clock: Clock,
): void {
  if (workers === 1) return
  const refuse = (why: string) => {
    throw new OptionError('workers', workers, why)
  }
  if (clock !== systemClock) refuse('workers know the system’s clock only')
  if (retries === 'client') {
    refuse(
      'the reference client keeps its limits and its pauses in one thread: leave out --retries client',
    )
  }
  const least = leastOf(plan)
  if (least !== undefined && workers > least.count) {
    refuse(`the load has ${least.count} ${least.of} to divide: write 1 to ${least.count}`)
  }
}

/** No more workers can have a part. */
function leastOf(plan: LoadPlan): { readonly count: number; readonly of: string } | undefined {
  switch (plan.loop) {
    case 'users':
      return { count: plan.users, of: 'users' }
    case 'connections':
      return { count: Math.max(plan.connections, plan.from ?? 0), of: 'connections' }
    case 'client':
    case 'open':
      return undefined
  }
}

/** Throws OptionError where it is read and there are several who would. */
export function stdinFor(workers: number, stdin: Bytes = nothing()): Bytes {
  if (workers === 1) return stdin
  return {
    [Symbol.asyncIterator](): AsyncIterator<never> {
      const why =
        'each worker reads the prompts, and standard input can be read once only: write them to a file'
      throw new OptionError('workers', workers, why)
    },
  }
}

async function* nothing(): AsyncGenerator<never> {}
