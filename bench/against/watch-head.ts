/** Head's progress for those who watch or scrape; how far it is, is of the turns of both. */
import type { RunContext, RunOptions } from '../run.ts'
import { parseThreshold } from '../threshold.ts'
import { watch } from '../watch.ts'
import type { Game } from './game.ts'
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
  { players: [, head], inFlight }: Game,
): HeadWatch {
  let phase: 'warmup' | 'steady' = 'warmup'
  let sinceMs = clock.nowMs()
  let done = 0
  const course = {
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
  }
  const { metrics, run } = head
  const thresholds = options.threshold.flatMap(text => parseThreshold(text) ?? [])
  const isScraped = options.prometheusPort !== undefined || options.remoteWrite !== undefined
  const stop = watch({
    ...{ clock, course, metrics, thresholds, isScraped, progressEveryMs, onProgress, inFlight },
    recorder: run.recorder,
  })
  return {
    begin() {
      phase = 'steady'
      sinceMs = clock.nowMs()
    },
    turn(turnsDone: number) {
      done = turnsDone
    },
    stop,
  }
}
