/** What sends a run's load: a driver in this thread, or several in worker threads. */
import type { DriverContext } from '../drivers/driver.ts'
import { monitorGenerator } from '../generator.ts'
import { hireCrew } from '../workers/crew.ts'
import { buildLoadDriver } from './load-driver.ts'
import type { Run, Sending } from './parts.ts'

export async function openSending(
  { options, plan }: Run,
  context: DriverContext,
  onBroken: (error: Error) => void,
): Promise<Sending> {
  const health = monitorGenerator(context.clock)
  try {
    if (options.workers > 1)
      return await hireCrew({ options, url: options.url, plan, health, onBroken }, context)
    return { driver: await buildLoadDriver(options, plan, context), health }
  } catch (error) {
    health.stop()
    throw error
  }
}
