/** Where a run was made: what a reader needs to compare it with another. */
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'

export interface Environment {
  readonly node: string
  /** Operating system, its release, and the architecture. */
  readonly system: string
  readonly cpu: string
  /** Cores that this process may use. */
  readonly cores: number
  readonly memoryGiB: number
}

export function readEnvironment(): Environment {
  return {
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  }
}
