/** When a side of a run by turns had the turn: from its events, while they happen as from its file. */
import { wholeUs } from '../microseconds.ts'
import type { RunEvent } from '../samples/event.ts'

export interface TurnTimes {
  take(event: Pick<RunEvent, 'type'>): void
  readonly count: number
  /** The turn in which a request was due at this moment; −1: there was none yet. */
  indexAt(atMs: number): number
  /** All turns together, ms; one that goes on lasts until `nowMs`. */
  lengthMs(nowMs: number): number
}

export function createTurnTimes(): TurnTimes {
  const turns: { readonly fromMs: number; untilMs: number | undefined }[] = []
  return {
    take(event) {
      const { type, atMs } = event as RunEvent & { readonly atMs: number }
      const last = turns.at(-1)
      if (type === 'turn') turns.push({ fromMs: atMs, untilMs: undefined })
      else if (type === 'pause' && last) last.untilMs ??= atMs
    },
    get count() {
      return turns.length
    },
    indexAt: atMs => turns.findLastIndex(({ fromMs }) => fromMs <= atMs),
    lengthMs: nowMs =>
      wholeUs(
        turns.reduce((sum, { fromMs, untilMs = nowMs }) => sum + Math.max(0, untilMs - fromMs), 0),
      ),
  }
}
