/** A run from the first connect to the last socket closed. */
import { type Course, startCourse } from '../course.ts'
import { unknownHealth } from '../generator.ts'
import { wholeUs } from '../microseconds.ts'
import { watch } from '../watch.ts'
import { createHearing } from './hearing.ts'
import type { Run, Sending } from './parts.ts'
import { openSending } from './sending.ts'
import { type Result, settingOf } from './setting.ts'

/** After an interruption, or when the guard has said so, what is in flight is waited for so long. */
const drainMs = 2000

/** When the measured window was. */
interface Window {
  startedWallMs: number
  isOver: boolean
  /** At its end. */
  connectionsOpened: number
}

/** `onBroken`: what sends the load is no longer whole, so the run must end. */
export async function measure(run: Run, onBroken: (error: Error) => void): Promise<Result> {
  const { clock } = run.context
  let course: Course | undefined
  const hearing = createHearing(run, () => course)
  const sending = await openSending(run, hearing.context, onBroken)
  run.sending = sending
  let isStopped = false
  let stopWatching = () => {}
  async function stop(): Promise<void> {
    if (isStopped) return
    isStopped = true
    stopWatching()
    course?.close()
    await sending.driver.stop()
  }
  try {
    const window = { startedWallMs: clock.wallMs(), isOver: false, connectionsOpened: 0 }
    course = beginCourse(run, sending, window)
    stopWatching = watchOver(run, course)
    sending.driver.begin(course.startedAtMs)
    const finish = await course.ended
    // What was heard late had ended before.
    finishWindow(run, sending, window, hearing.endedAtMs ?? clock.nowMs())
    await stop()
    const { startedWallMs, connectionsOpened } = window
    const windowMs = run.recorder.windowMs(Number.POSITIVE_INFINITY)
    return { finish, windowMs, startedWallMs, connectionsOpened, health: sending.health.read() }
  } finally {
    await stop()
    run.metrics.phase('done')
    sending.health.stop()
  }
}

function beginCourse(run: Run, sending: Sending, window: Window): Course {
  const { options, context, plan, recorder, metrics } = run
  const { clock, guard, onEvent } = context
  const { startedWallMs } = window
  const start = { windowMs: 0, startedWallMs, health: unknownHealth, connectionsOpened: 0 }
  onEvent?.({ type: 'run', setting: settingOf(run, { finish: 'done', ...start }) })
  metrics.phase('warmup')
  return startCourse({
    clock,
    warmupMs: options.warmup,
    durationMs: plan.durationMs,
    requests: plan.requests,
    graceMs: plan.graceMs,
    signal: context.signal,
    onSteady(atMs, wallMs) {
      window.startedWallMs = wallMs
      sending.health.reset()
      recorder.begin(atMs)
      const startedAt = new Date(wallMs).toISOString()
      onEvent?.({ type: 'begin', atMs: wholeUs(atMs), startedAt })
      metrics.phase('steady')
    },
    onWindowEnd: atMs => finishWindow(run, sending, window, atMs),
    drainMs,
    onDrain() {
      sending.driver.drain()
      if (guard?.stop) context.onNotice(guard.stop.says)
      const again = context.signal?.aborted ? '; a second Ctrl-C ends it at once' : ''
      const text = `stopping: what is in flight is waited for, ${drainMs / 1000} s at most${again}`
      context.onNotice(text)
    },
  })
}

/** The first end is the end. */
function finishWindow(run: Run, sending: Sending, window: Window, atMs: number): void {
  if (window.isOver) return
  window.isOver = true
  run.recorder.finish(atMs)
  run.context.onEvent?.({ type: 'finish', atMs: wholeUs(atMs) })
  sending.health.finish()
  window.connectionsOpened = sending.driver.connectionsOpened
}

function watchOver(run: Run, course: Course): () => void {
  const { options, context, recorder, metrics, thresholds, sending } = run
  return watch({
    clock: context.clock,
    recorder,
    course,
    metrics,
    thresholds,
    isScraped: options.prometheusPort !== undefined || options.remoteWrite !== undefined,
    progressEveryMs: context.progressEveryMs,
    onProgress: context.onProgress,
    inFlight: () => sending?.driver.inFlight ?? 0,
  })
}
