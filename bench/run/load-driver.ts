/** A run's driver, or a worker's part of it, from the run's options. */
import { createRandom } from '../../base/random.ts'
import { buildDriver, type Part } from '../drivers/build.ts'
import type { Driver, DriverContext } from '../drivers/driver.ts'
import { talksOf } from '../drivers/talks.ts'
import type { LoadPlan } from '../load/plan.ts'
import type { RunOptions } from './context.ts'

/** Connections start over this share of the warm-up, so that the streams are out of step when it ends. */
const rampShare = 0.75

export function rampMsOf({ warmup }: Pick<RunOptions, 'warmup'>): number {
  return warmup * rampShare
}

type LoadDriverOptions = Pick<RunOptions, 'warmup' | 'seed'>

export async function buildLoadDriver(
  options: LoadDriverOptions,
  plan: LoadPlan,
  context: DriverContext,
  part?: Part,
): Promise<Driver> {
  return await buildDriver(
    plan,
    {
      warmupMs: options.warmup,
      rampMs: rampMsOf(options),
      random: createRandom(options.seed).fork('load'),
      converse: talksOf(context.work),
      part,
    },
    context,
  )
}
