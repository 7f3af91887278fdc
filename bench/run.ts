/** One run: reach the target, warm up, measure, stop, sum up. */
import type { Clock } from '../base/clock.ts'
import type { Resolved } from '../base/option-table.ts'
import { version } from '../base/package.ts'
import { createRandom } from '../base/random.ts'
import { isLoopbackName } from '../client/relay/origin.ts'
import { loadCaveats } from './caveats.ts'
import { type Course, type Finish, startCourse } from './course.ts'
import { buildDriver } from './drivers/build.ts'
import type { Driver, DriverContext } from './drivers/driver.ts'
import { talksOf } from './drivers/talks.ts'
import { readEnvironment } from './environment.ts'
import { openWaysOut, type WaysOut } from './exports/ways-out.ts'
import { type GeneratorHealth, type GeneratorMonitor, monitorGenerator } from './generator.ts'
import { openCaveats } from './load/caveats.ts'
import { loadFacts } from './load/facts.ts'
import { type LoadPlan, planLoad } from './load/plan.ts'
import { measuredOf } from './measured.ts'
import { type BenchMetrics, createBenchMetrics } from './metrics.ts'
import { inMicroseconds, wholeUs } from './microseconds.ts'
import type { benchOptions } from './options.ts'
import { checkReachable } from './preflight.ts'
import type { Progress } from './progress.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import type { Guard } from './safety/guard.ts'
import type { Stop } from './safety/stop.ts'
import type { Sample } from './sample.ts'
import type { RunEvent, Setting } from './samples/event.ts'
import { recorderRandom, summed } from './samples/replay.ts'
import { workFacts } from './scenarios.ts'
import type { Load, Summary } from './summary.ts'
import { judge, parseThreshold, type Threshold, type Verdict } from './threshold.ts'
import type { Calibration } from './truth/calibration.ts'
import { type GroundTruth, groundTruthOf } from './truth/ground-truth.ts'
import { createLastSamples, type LastSamples } from './truth/last-samples.ts'
import { readServed } from './truth/served.ts'
import { watch } from './watch.ts'
import { createWork, type Work } from './work/work.ts'

export type RunOptions = Omit<Resolved<typeof benchOptions>, 'url'> & { readonly url: URL }

export interface RunContext {
  readonly clock: Clock
  readonly runId: string
  readonly signal: AbortSignal | undefined
  /** How often `onProgress` is called. */
  readonly progressEveryMs: number
  onProgress: ((progress: Progress) => void) | undefined
  /** Each measured request as it settles. */
  readonly onSample: ((sample: Sample) => void) | undefined
  /** Everything that the summary is made of, as it happens. */
  readonly onEvent: ((event: RunEvent) => void) | undefined
  onNotice(text: string): void
  /** What is known of the bench itself on this machine. */
  readonly calibration?: Calibration | undefined
  /** Ends the run when it costs too much or only fails. */
  readonly guard?: Guard | undefined
}

/** What a run is made of. */
interface Run {
  readonly options: RunOptions
  readonly context: RunContext
  readonly plan: LoadPlan
  readonly connections: number
  readonly thresholds: readonly Threshold[]
  readonly work: Work
  readonly recorder: Recorder
  readonly generator: GeneratorMonitor
  readonly metrics: BenchMetrics
  /** Undefined until it begins. */
  out: WaysOut | undefined
  driver: Driver | undefined
  /** To be held against the server's own journal. */
  readonly last: LastSamples
  /** Requests that were due and not sent, since the driver was late. */
  late: number
}

/** How it went. */
interface Result {
  readonly finish: Finish
  readonly windowMs: number
  readonly startedWallMs: number
  readonly health: GeneratorHealth
  readonly connectionsOpened: number
}

/** After an interruption, or when the guard has said so, what is in flight is waited for so long. */
const drainMs = 2000

/** Connections start over this share of the warm-up, so that the streams are out of step when it ends. */
const rampShare = 0.75

export async function runLoad(options: RunOptions, context: RunContext): Promise<Summary> {
  const broken = new AbortController()
  const work = await createWork(options, {
    query: options.url.search,
    random: createRandom(options.seed).fork('prompts'),
    stdin: process.stdin,
    onBroken: error => broken.abort(error),
  })
  const takesTurns = options.turns !== undefined
  const plan = await planLoad(options, createRandom(options.seed).fork('load'), takesTurns)
  await checkReachable(options.url)
  const signals = [broken.signal, ...(context.signal ? [context.signal] : [])]
  const run = prepare(options, { ...context, signal: AbortSignal.any(signals) }, work, plan)
  const { url } = options
  const { instruments } = run.metrics
  const out = await openWaysOut(options, {
    ...context,
    ...{ url, scenarios: work.scenarios, instruments },
  })
  run.out = out
  try {
    const result = await measure(run)
    broken.signal.throwIfAborted()
    const server = await serverTruth(run)
    const { windowMs } = result
    run.metrics.verdicts(judged(run, windowMs))
    const setting = { ...settingOf(run, result, await out.finish()), server }
    const counts = run.recorder.counts()
    context.onEvent?.({ type: 'end', setting, windowMs, counts, lost: 0 })
    return summed(run.recorder, windowMs, setting)
  } finally {
    await out.close()
  }
}

/** What the samples cannot tell; before the run, as far as it is known. */
function settingOf(run: Run, result: Result, warnings: readonly string[] = []): Setting {
  const { options, context } = run
  const load = loadOf(run, result)
  return {
    tool: { name: 'tokadence', version },
    run: {
      id: context.runId,
      label: options.label ?? null,
      startedAt: new Date(result.startedWallMs).toISOString(),
      interrupted: result.finish === 'interrupted',
    },
    target: { url: options.url.href, model: modelsOf(run.work) },
    load,
    work: workFacts(run.work.scenarios),
    generator: result.health,
    calibration: context.calibration,
    toleratesInvalid: options.invalid === 'warn',
    environment: readEnvironment(),
    limits: options.threshold,
    slo: options.slo,
    strictSamples: options.strictSamples,
    stopped: context.guard?.stop ?? null,
    spending: context.guard?.spending() ?? null,
    warnings: [
      ...loadCaveats(options, run.connections, run.work, run.plan.loop === 'connections'),
      ...openCaveats(load.open, run.recorder.counts(), run.late),
      ...warnings,
    ],
  }
}

/** Each once: scenarios may ask for several. */
function modelsOf({ scenarios }: Work): string {
  return [...new Set(scenarios.map(({ model }) => model))].join(', ')
}

function prepare(options: RunOptions, context: RunContext, work: Work, plan: LoadPlan): Run {
  const recorder = createRecorder(
    recorderRandom(options.seed),
    options.slo.flatMap(text => parseThreshold(text) ?? []),
  )
  const generator = monitorGenerator(context.clock)
  const thresholds = options.threshold.flatMap(text => parseThreshold(text) ?? [])
  const { connections } = loadFacts(plan, { sent: 0, windowMs: 0 })
  const { model } = options
  const metrics = createBenchMetrics({
    runId: context.runId,
    model,
    connections,
    thresholds,
    inFlight: () => run.driver?.inFlight ?? 0,
    health: () => generator.read(),
  })
  const run: Run = {
    options,
    context,
    plan,
    connections,
    thresholds,
    recorder,
    generator,
    work,
    metrics,
    out: undefined,
    driver: undefined,
    last: createLastSamples(),
    late: 0,
  }
  return run
}

/** From the first connect to the last socket closed. */
async function measure(run: Run): Promise<Result> {
  const { options, context, plan, recorder, generator, metrics } = run
  const { clock } = context
  let startedWallMs = clock.wallMs()
  let course: Course | undefined
  let health: GeneratorHealth | undefined
  let connectionsOpened = 0
  function finishWindow(atMs: number): void {
    recorder.finish(atMs)
    context.onEvent?.({ type: 'finish', atMs: wholeUs(atMs) })
    health = generator.read()
    connectionsOpened = driver.connectionsOpened
  }
  const driver = await driverOf(run, () => course)
  run.driver = driver
  const setting = settingOf(run, {
    finish: 'done',
    windowMs: 0,
    startedWallMs,
    health: generator.read(),
    connectionsOpened,
  })
  context.onEvent?.({ type: 'run', setting })
  metrics.phase('warmup')
  course = startCourse({
    clock,
    warmupMs: options.warmup,
    durationMs: plan.durationMs,
    requests: plan.requests,
    graceMs: plan.graceMs,
    signal: context.signal,
    onSteady(atMs, wallMs) {
      startedWallMs = wallMs
      generator.reset()
      recorder.begin(atMs)
      const startedAt = new Date(wallMs).toISOString()
      context.onEvent?.({ type: 'begin', atMs: wholeUs(atMs), startedAt })
      metrics.phase('steady')
    },
    onWindowEnd: finishWindow,
    drainMs,
    onDrain() {
      driver.drain()
      if (context.guard?.stop) context.onNotice(context.guard.stop.says)
      const again = context.signal?.aborted ? '; a second Ctrl-C ends it at once' : ''
      const text = `stopping: what is in flight is waited for, ${drainMs / 1000} s at most${again}`
      context.onNotice(text)
    },
  })
  const stopWatching = watch({
    clock,
    recorder,
    course,
    metrics,
    thresholds: run.thresholds,
    isScraped: options.prometheusPort !== undefined || options.remoteWrite !== undefined,
    progressEveryMs: context.progressEveryMs,
    onProgress: context.onProgress,
    inFlight: () => driver.inFlight,
  })
  try {
    driver.begin(course.startedAtMs)
    const finish = await course.ended
    if (!health) finishWindow(clock.nowMs())
    const windowMs = recorder.windowMs(Number.POSITIVE_INFINITY)
    return { finish, windowMs, startedWallMs, health: health!, connectionsOpened }
  } finally {
    stopWatching()
    course.close()
    await driver.stop()
    metrics.phase('done')
    generator.stop()
  }
}

function driverOf(run: Run, course: () => Course | undefined): Promise<Driver> {
  const { options, plan, work, recorder, metrics } = run
  const { turns, dataset, scenarios } = options
  let sent = 0
  function obey(stop: Stop | undefined): void {
    if (stop) course()?.stop()
  }
  const context: DriverContext = {
    // The query is in each request's path.
    url: `${options.url.origin}${options.url.pathname.replace(/\/+$/, '')}`,
    headers: work.headers,
    work,
    idleTimeoutMs: options.timeout,
    clock: run.context.clock,
    onSent(dueAtMs) {
      course()?.reached(dueAtMs)
      if (recorder.sent(dueAtMs) && course()?.sent()) run.driver?.drain()
      obey(run.context.guard?.sent())
      return sent++
    },
    onContent(atMs, count) {
      recorder.content(atMs, count)
      if (course()?.phase === 'steady') metrics.token(count)
    },
    onSettled(given) {
      const sample = inMicroseconds(given)
      const isMeasured = recorder.settled(sample)
      const stop = run.context.guard?.settled(sample)
      run.context.onEvent?.({ type: 'sample', isMeasured, sample })
      if (isMeasured) {
        run.last.add(sample)
        run.context.onSample?.(sample)
        metrics.settled(sample)
        run.out?.settled(sample)
        course()?.settled()
      }
      obey(stop)
    },
    onDropped(dueAtMs, why) {
      course()?.reached(dueAtMs)
      if (why === 'late') run.late++
      run.context.onEvent?.({ type: 'dropped', dueAtMs: wholeUs(dueAtMs) })
      if (recorder.dropped(dueAtMs) && course()?.dropped()) run.driver?.drain()
    },
  }
  return buildDriver(
    plan,
    {
      warmupMs: options.warmup,
      rampMs: options.warmup * rampShare,
      random: createRandom(options.seed).fork('load'),
      converse: talksOf(work, {
        hasTalks: turns !== undefined || dataset.length > 0 || scenarios !== undefined,
        mustTalk: turns !== undefined && scenarios === undefined,
      }),
    },
    context,
  )
}

/** What our own mock server says of the last requests; only asked on this machine. */
async function serverTruth({ options, last }: Run): Promise<GroundTruth | undefined> {
  const isHere = isLoopbackName(options.url.hostname)
  if (!isHere || last.samples.every(({ requestId }) => requestId === undefined)) return undefined
  const served = await readServed(options.url.origin)
  const truth = served && groundTruthOf(last.samples, served)
  return truth && truth.joined > 0 ? truth : undefined
}

function judged({ options, thresholds, recorder }: Run, windowMs: number): readonly Verdict[] {
  const measured = measuredOf(recorder, windowMs)
  return thresholds.map(threshold => judge(threshold, measured, options))
}

function loadOf({ options, plan, recorder, work }: Run, result: Result): Load {
  const { windowMs, connectionsOpened } = result
  return {
    ...loadFacts(plan, { sent: recorder.counts().sent, windowMs }),
    warmupMs: options.warmup,
    rampMs: options.warmup * rampShare,
    timeoutMs: options.timeout,
    maxTokens: options.maxTokens ?? null,
    prompts: work.prompts,
    seed: options.seed,
    connectionsOpened,
  }
}
