/** One run: reach the target, warm up, measure, stop, sum up. */
import type { Clock } from '../base/clock.ts'
import type { Resolved } from '../base/option-table.ts'
import { version } from '../base/package.ts'
import { createRandom } from '../base/random.ts'
import { loadCaveats } from './caveats.ts'
import { type Course, type Finish, startCourse } from './course.ts'
import { buildAutocannon } from './drivers/autocannon.ts'
import type { Driver } from './drivers/driver.ts'
import { type GeneratorHealth, type GeneratorMonitor, monitorGenerator } from './generator.ts'
import { measuredOf } from './measured.ts'
import { type BenchMetrics, createBenchMetrics } from './metrics.ts'
import type { benchOptions } from './options.ts'
import { checkReachable } from './preflight.ts'
import type { Progress } from './progress.ts'
import { pushMetrics, serveMetrics } from './prometheus.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import type { Sample } from './sample.ts'
import { type Load, type Summary, summarise } from './summary.ts'
import { judge, parseThreshold, type Threshold } from './threshold.ts'
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
  onNotice(text: string): void
}

/** What a run is made of. */
interface Run {
  readonly options: RunOptions
  readonly context: RunContext
  readonly connections: number
  readonly thresholds: readonly Threshold[]
  readonly work: Work
  readonly recorder: Recorder
  readonly generator: GeneratorMonitor
  readonly metrics: BenchMetrics
  driver: Driver | undefined
}

/** How it went. */
interface Result {
  readonly finish: Finish
  readonly windowMs: number
  readonly startedWallMs: number
  readonly health: GeneratorHealth
  readonly connectionsOpened: number
}

/** Connections start over this share of the warm-up, so that the streams are out of step when it ends. */
const rampShare = 0.75

export async function runLoad(options: RunOptions, context: RunContext): Promise<Summary> {
  await checkReachable(options.url)
  const run = prepare(options, context)
  const page =
    options.prometheusPort === undefined
      ? undefined
      : await serveMetrics(run.metrics.instruments, {
          host: options.prometheusHost,
          port: options.prometheusPort,
        })
  if (page) context.onNotice(`metrics: ${page.url}`)
  try {
    const result = await measure(run)
    const measured = measuredOf(run.recorder, result.windowMs)
    const verdicts = run.thresholds.map(threshold => judge(threshold, measured))
    run.metrics.verdicts(verdicts)
    const warnings = [...loadCaveats(options, run.connections), ...(await push(run))]
    return summarise({
      tool: { name: 'tokadence', version },
      run: {
        id: context.runId,
        label: options.label ?? null,
        startedAt: new Date(result.startedWallMs).toISOString(),
        interrupted: result.finish === 'interrupted',
      },
      target: { url: options.url.href, model: options.model },
      load: loadOf(run, result),
      recorder: run.recorder,
      measured,
      windowMs: result.windowMs,
      generator: result.health,
      verdicts,
      warnings,
    })
  } finally {
    await page?.close()
  }
}

function prepare(options: RunOptions, context: RunContext): Run {
  const random = createRandom(options.seed)
  const recorder = createRecorder(random.fork('dots'))
  const generator = monitorGenerator(context.clock)
  const thresholds = options.threshold.flatMap(text => parseThreshold(text) ?? [])
  const connections = Math.min(options.connections, options.requests ?? Number.POSITIVE_INFINITY)
  const { model, maxTokens, prompt: prompts } = options
  const run: Run = {
    options,
    context,
    connections,
    thresholds,
    recorder,
    generator,
    work: createWork({ model, maxTokens, prompts, random: random.fork('prompts') }),
    metrics: createBenchMetrics({
      runId: context.runId,
      model,
      connections,
      thresholds,
      inFlight: () => run.driver?.inFlight ?? 0,
      health: () => generator.read(),
    }),
    driver: undefined,
  }
  return run
}

/** From the first connect to the last socket closed. */
async function measure(run: Run): Promise<Result> {
  const { options, context, recorder, generator, metrics } = run
  const { clock } = context
  let startedWallMs = clock.wallMs()
  let course: Course | undefined
  const driver = await buildDriver(run, () => course)
  run.driver = driver
  metrics.phase('warmup')
  course = startCourse({
    clock,
    warmupMs: options.warmup,
    durationMs: options.duration,
    requests: options.requests,
    signal: context.signal,
    onSteady(atMs, wallMs) {
      startedWallMs = wallMs
      generator.reset()
      recorder.begin(atMs)
      metrics.phase('steady')
    },
  })
  const stopWatching = watch({
    clock,
    recorder,
    course,
    metrics,
    thresholds: run.thresholds,
    isScraped: options.prometheusPort !== undefined,
    progressEveryMs: context.progressEveryMs,
    onProgress: context.onProgress,
    inFlight: () => driver.inFlight,
  })
  try {
    driver.begin()
    const finish = await course.ended
    const endedAtMs = clock.nowMs()
    recorder.finish(endedAtMs)
    const health = generator.read()
    const windowMs = recorder.windowMs(endedAtMs)
    const { connectionsOpened } = driver
    return { finish, windowMs, startedWallMs, health, connectionsOpened }
  } finally {
    stopWatching()
    course.close()
    await driver.stop()
    metrics.phase('done')
    generator.stop()
  }
}

function buildDriver(run: Run, course: () => Course | undefined): Promise<Driver> {
  const { options, recorder, metrics } = run
  let sent = 0
  return buildAutocannon(
    { connections: run.connections, rampMs: options.warmup * rampShare },
    {
      url: options.url.href.replace(/\/+$/, ''),
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${options.apiKey}`,
        'user-agent': `tokadence/${version}`,
      },
      work: run.work,
      idleTimeoutMs: options.timeout,
      clock: run.context.clock,
      onSent(dueAtMs) {
        if (recorder.sent(dueAtMs) && course()?.sent()) run.driver?.drain()
        return sent++
      },
      onContent(atMs, count) {
        recorder.content(atMs, count)
        if (course()?.phase === 'steady') metrics.token(count)
      },
      onSettled(sample, atMs) {
        if (!recorder.settled(sample, atMs)) return
        run.context.onSample?.(sample)
        metrics.settled(sample)
        course()?.settled()
      },
      onDropped: dueAtMs => recorder.dropped(dueAtMs),
    },
  )
}

/** Pushes where asked to; what goes wrong is a warning, for the run is none the worse. */
async function push({ options, metrics, context }: Run): Promise<readonly string[]> {
  if (options.pushgateway === undefined) return []
  try {
    await pushMetrics(metrics.instruments, options.pushgateway, context.runId)
    context.onNotice(`pushed to ${options.pushgateway}, run_id ${context.runId}`)
    return []
  } catch (error) {
    return [
      `The metrics could not be pushed to ${options.pushgateway}: ${(error as Error).message}`,
    ]
  }
}

function loadOf({ options, connections, work }: Run, { connectionsOpened }: Result): Load {
  return {
    driver: 'autocannon closed loop',
    loop: 'closed',
    connections,
    durationMs: options.requests === undefined ? options.duration : null,
    requests: options.requests ?? null,
    warmupMs: options.warmup,
    rampMs: options.warmup * rampShare,
    timeoutMs: options.timeout,
    maxTokens: options.maxTokens ?? null,
    prompts: work.prompts,
    seed: options.seed,
    connectionsOpened,
  }
}
