/**
 * The workers of a run, as one driver: each is a thread with a part of the load. What they tell goes to the same ears as
 * what a driver in this thread tells. A worker that is lost ends the run, and what it had told stays.
 */
import { Worker } from 'node:worker_threads'
import type { Driver, DriverContext } from '../drivers/driver.ts'
import type { GeneratorMonitor } from '../generator.ts'
import type { LoadPlan } from '../load/plan.ts'
import { createBoard } from './board.ts'
import { originNs } from './common-clock.ts'
import { type Employed, employ, type Thread } from './employed.ts'
import { joinedHealth } from './health.ts'
import { type Batch, packOptions, type ToWorker, type WorkerOptions } from './messages.ts'
import type { Hiring } from './thread.ts'
import { workerFile } from './worker-file.ts'

export interface CrewOptions {
  readonly options: WorkerOptions & { readonly maxCost?: number | undefined }
  readonly url: URL
  readonly plan: LoadPlan
  /** Of this process. */
  readonly health: GeneratorMonitor
  /** The run must end: a worker is lost, or its script failed. */
  onBroken(error: Error): void
}

/** How long a worker's news may wait, ms. */
const tellEveryMs = 50
/** The same where each request costs money that is counted in the main thread. */
const tellOfMoneyEveryMs = 5
/** A worker that was told to stop and has not after so long is ended, ms. */
const patienceMs = 5000

/** Resolves when all are ready. Throws OptionError for what a worker cannot use; then none is left. */
export async function hireCrew(
  { options, url, plan, health, onBroken }: CrewOptions,
  context: DriverContext,
  startThread: (hiring: Hiring) => Thread = startWorker,
): Promise<{ readonly driver: Driver; readonly health: GeneratorMonitor }> {
  const { clock } = context
  const { workers: of } = options
  const board = createBoard(of, plan.requests)
  const common = {
    options: packOptions(options),
    href: url.href,
    board: board.memory,
    tellEveryMs: options.maxCost === undefined ? tellEveryMs : tellOfMoneyEveryMs,
  }
  const origin = originNs(clock)
  const crew = Array.from({ length: of }, (_, number) => {
    const thread = startThread({ ...common, originNs: origin, share: { number, of } })
    return employ(thread, `worker ${number + 1} of ${of}`, {
      take(batch) {
        board.taken(number)
        hear(batch, context)
      },
      onBroken,
    })
  })
  const sum = (read: (one: Employed) => number) => crew.reduce((total, one) => total + read(one), 0)
  const tellAll = (message: ToWorker) => {
    for (const { thread } of crew) thread.postMessage(message)
  }

  async function stop(): Promise<void> {
    tellAll({ type: 'stop' })
    const cancel = clock.after(patienceMs, () => {
      for (const { thread } of crew) void thread.terminate()
    })
    await Promise.all(crew.map(({ gone }) => gone))
    cancel()
  }

  try {
    await Promise.all(crew.map(({ ready }) => ready))
  } catch (error) {
    await Promise.all(crew.map(({ thread }) => thread.terminate()))
    throw error
  }
  return {
    driver: {
      begin: (atMs = clock.nowMs()) => tellAll({ type: 'begin', atMs }),
      get inFlight() {
        return board.inFlight
      },
      get connectionsOpened() {
        return sum(({ connectionsOpened }) => connectionsOpened)
      },
      drain: () => tellAll({ type: 'drain' }),
      stop,
    },
    health: {
      // At the beginning of the window each does so by itself.
      reset: health.reset,
      read: () =>
        joinedHealth(
          health.read(),
          crew.map(one => one.health),
        ),
      finish() {
        health.finish()
        tellAll({ type: 'finish' })
      },
      stop: health.stop,
    },
  }
}

/** In the order in which a driver tells: what left, what was dropped, what came, what is over. */
function hear({ sentDueAtMs, dropped, content, settled }: Batch, ears: DriverContext): void {
  for (const dueAtMs of sentDueAtMs) ears.onSent(dueAtMs)
  for (const { dueAtMs, why } of dropped) ears.onDropped(dueAtMs, why)
  if (content.count > 0) ears.onContent(content.atMs, content.count)
  for (const { sample, atMs } of settled) ears.onSettled(sample, atMs)
}

function startWorker(hiring: Hiring): Thread {
  return new Worker(workerFile(), { workerData: hiring, name: `load ${hiring.share.number + 1}` })
}
