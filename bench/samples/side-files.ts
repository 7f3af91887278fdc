/** The files of a run by turns: each side has its own, named after the one that was asked for. */
import { join, parse } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import type { Origin } from '../../base/option-error.ts'
import { type Side, sides } from '../against/turns.ts'
import type { RunEvent } from './event.ts'
import { type LogFiles, openLogs } from './logs.ts'

/** `run.ndjson` is `run.base.ndjson` for the base. */
export function sideFile(path: string, side: Side): string {
  const { dir, name, ext } = parse(path)
  return join(dir, `${name}.${side}${ext}`)
}

export interface SideLogs {
  take(event: RunEvent, side: Side): void
  close(): Promise<readonly string[]>
}

/** Throws OptionError for a file that cannot be opened. */
export async function openSideLogs(
  { samples, csv }: LogFiles,
  origins: Readonly<Record<string, Origin>>,
  clock: Clock,
): Promise<SideLogs> {
  const open = (side: Side) => {
    const named = (path: string | undefined) => path && sideFile(path, side)
    return openLogs({ samples: named(samples), csv: named(csv) }, origins, clock)
  }
  const base = await open('base')
  const head = await open('head').catch(async error => {
    await base.close()
    throw error
  })
  const logs = { base, head }
  return {
    take: (event, side) => logs[side].take(event),
    close: async () => (await Promise.all(sides.map(side => logs[side].close()))).flat(),
  }
}
