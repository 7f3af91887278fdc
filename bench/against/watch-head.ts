/** Head's progress for those who watch; how far it is, is of the turns of both. */
import { createProgressReader } from '../progress.ts'
import type { RunContext, RunOptions } from '../run.ts'
import type { SideRun } from './side.ts'
import { sides } from './turns.ts'

export interface HeadWatch {
  /** The warm-up is over. */
  begin(): void
  /** So many measured turns are over. */
  turn(done: number): void
  stop(): void
}

export function watchHead(
  options: RunOptions,
  { clock, onProgress, progressEveryMs }: RunContext,
  head: SideRun,
  inFlight: () => number,
): HeadWatch {
  let phase: 'warmup' | 'steady' = 'warmup'
  let sinceMs = clock.nowMs()
  let done = 0
  const look = createProgressReader(head.recorder, {
    get phase() {
      return phase
    },
    get elapsedMs() {
      return clock.nowMs() - sinceMs
    },
    get share() {
      const warmed = Math.min(1, (clock.nowMs() - sinceMs) / Math.max(1, options.warmup))
      return phase === 'warmup' ? warmed : done / (options.rounds * sides.length)
    },
  })
  let cancel = () => {}
  const tick = () => {
    cancel = clock.after(progressEveryMs, tick)
    onProgress?.(look(inFlight(), clock.nowMs()))
  }
  if (onProgress) cancel = clock.after(progressEveryMs, tick)
  return {
    begin() {
      phase = 'steady'
      sinceMs = clock.nowMs()
    },
    turn(turnsDone: number) {
      done = turnsDone
    },
    stop: () => cancel(),
  }
}
