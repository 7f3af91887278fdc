/** All runs that are kept: so many, those that are over for so long. */
import { randomUUID } from 'node:crypto'
import { noRun, relayIsFull } from './refusals.ts'
import { type Run, type RunParts, startRun } from './run.ts'

export interface Runs {
  /** Throws ApiError when there is no room: `open` is not called then. Ids cannot be guessed: who has one may read. */
  start(open: RunParts['open']): Run
  /** Throws ApiError for a run that is not there, or not any more. */
  get(id: string): Run
  forget(run: Run): void
  readonly all: readonly Run[]
  /** Lets go of every timer. */
  clear(): void
}

export interface RunsParts extends Omit<RunParts, 'id' | 'open'> {
  readonly maxRuns: number
  readonly runExpiryMs: number
}

export function createRuns(parts: RunsParts): Runs {
  const { clock, maxRuns, runExpiryMs } = parts
  /** In order of their start. */
  const runs = new Map<string, Run>()
  const cancelExpiry = new Map<Run, () => void>()

  function forget(run: Run): void {
    runs.delete(run.id)
    cancelExpiry.get(run)?.()
    cancelExpiry.delete(run)
    run.forget()
  }

  function makeRoom(): void {
    if (runs.size < maxRuns) return
    const over = [...runs.values()].filter(run => run.isOver)
    const least = over.find(({ readers }) => readers === 0) ?? over[0]
    if (!least) throw relayIsFull(maxRuns)
    forget(least)
  }

  return {
    start(open) {
      makeRoom()
      const run = startRun({ ...parts, id: randomUUID(), open })
      runs.set(run.id, run)
      run.over.then(() => {
        if (run.isGone) return
        cancelExpiry.set(
          run,
          clock.after(runExpiryMs, () => forget(run)),
        )
      })
      return run
    },
    get(id) {
      const run = runs.get(id)
      if (!run) throw noRun()
      return run
    },
    forget,
    get all() {
      return [...runs.values()]
    },
    clear() {
      for (const run of [...runs.values()]) forget(run)
    },
  }
}
