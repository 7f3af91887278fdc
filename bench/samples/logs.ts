/** The files that options ask for while a run lasts, as one. */
import type { Clock } from '../../base/clock.ts'
import { OptionError, type Origin } from '../../base/option-error.ts'
import type { RunEvent } from './event.ts'
import { openCsvLog, openSamplesLog, type RunLog } from './log.ts'

const openers = { samples: openSamplesLog, csv: openCsvLog } as const

export type LogFiles = { readonly [K in keyof typeof openers]?: string | undefined }

/** Throws OptionError for a file that cannot be opened. */
export async function openLogs(
  options: LogFiles,
  origins: Readonly<Record<string, Origin>>,
  clock: Clock,
): Promise<RunLog> {
  const logs: RunLog[] = []
  for (const option of ['samples', 'csv'] as const) {
    const path = options[option]
    if (path === undefined) continue
    const log = await openers[option](path, clock).catch(async cause => {
      for (const other of logs) await other.close()
      const allowed = `the file cannot be written (${cause.code})`
      throw new OptionError(option, path, allowed, { origin: origins[option], cause })
    })
    logs.push(log)
  }
  return {
    take(event: RunEvent) {
      for (const log of logs) log.take(event)
    },
    async room() {
      for (const log of logs) await log.room()
    },
    async close() {
      const told = await Promise.all(logs.map(log => log.close()))
      return told.flat()
    },
  }
}
