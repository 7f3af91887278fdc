/** Plays the turns: who sends when, and when it is over. */
import { type Clock, sleep } from '../../base/clock.ts'
import type { SideRun } from './side.ts'
import type { Side, Turns } from './turns.ts'

export interface Score {
  /** Turns of the warm-up first. */
  readonly warmup: readonly Side[]
  readonly warmupTurnMs: number
  readonly rounds: readonly (readonly [Side, Side])[]
  readonly turnMs: number
  /** A measured turn is over after so many requests instead. */
  readonly turnRequests: number | undefined
}

export interface Playing {
  readonly clock: Clock
  readonly turns: Turns
  readonly runs: Readonly<Record<Side, SideRun>>
  readonly signal: AbortSignal
  /** The first measured turn begins. */
  onSteady(): void
  /** A round begins. */
  onRound(): void
  /** Measured turns that are over. */
  onTurn(done: number): void
}

/** Resolves when the last request has ended; rejects with the signal's reason when it is aborted. */
export async function play(score: Score, playing: Playing): Promise<void> {
  const { clock, turns, runs, signal } = playing
  const { warmupTurnMs, turnMs, turnRequests } = score

  async function take(side: Side, isMeasured: boolean): Promise<void> {
    const spent = new AbortController()
    const requests = isMeasured ? turnRequests : undefined
    const onSpent = () => {
      turns.give(undefined)
      spent.abort()
    }
    runs[side].beginTurn({ isMeasured, requests, onSpent })
    turns.give(side)
    if (requests === undefined) await sleep(clock, isMeasured ? turnMs : warmupTurnMs, signal)
    else await aborted(AbortSignal.any([signal, spent.signal]))
    signal.throwIfAborted()
    runs[side].endTurn()
  }

  if (warmupTurnMs > 0) for (const side of score.warmup) await take(side, false)
  playing.onSteady()
  let done = 0
  for (const round of score.rounds) {
    playing.onRound()
    for (const side of round) {
      await take(side, true)
      playing.onTurn(++done)
    }
  }
  turns.give(undefined)
  while (turns.inFlight > 0) await sleep(clock, drainCheckMs, signal)
}

const drainCheckMs = 5

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
