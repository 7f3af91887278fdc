/**
 * The bench measured by itself: a short run, on this machine and at this concurrency, against a mock in a process of
 * its own that knows what it did. What is left between the two is the bench's own error.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readOptions } from '../../base/option-table.ts'
import { benchOptions } from '../options.ts'
import { type RunContext, runLoad } from '../run.ts'
import type { Calibration } from './calibration.ts'
import { groundTruthOf, type Measured } from './ground-truth.ts'
import { pairedPace } from './paired-pace.ts'
import { readServed } from './served.ts'

export interface CalibrateOptions {
  readonly connections: number
  readonly durationMs: number
  /** As many as the run has. */
  readonly workers: number
}

/** Connections start over this long, so that the streams are out of step. */
const warmupMs = 1000
const startTimeoutMs = 15_000
/** A stream takes half a second and more. */
const leastMs = 1000

/** The sources have a server of TypeScript, a build has JavaScript. */
const serverPath = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './paired-mock.ts' : './paired-mock.js',
    import.meta.url,
  ),
)

/** On one core the mock would be in the bench's way, and its error that of both. */
const leastCores = 2

/** Undefined: there is one core only, the mock could not be started, or the run was interrupted; why is told by `onNotice`. */
export async function calibrate(
  { connections, durationMs, workers }: CalibrateOptions,
  context: Pick<RunContext, 'clock' | 'signal' | 'onNotice'>,
): Promise<Calibration | undefined> {
  if (availableParallelism() < leastCores) {
    context.onNotice('not calibrated: there is one core, and the mock server would need it, too')
    return undefined
  }
  const server = fork(serverPath, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  try {
    const url = await urlOf(server, context.signal)
    const samples: Measured[] = []
    const given = {
      connections,
      workers: Math.min(workers, connections),
      duration: Math.max(leastMs, durationMs),
      warmup: warmupMs,
      url,
      seed: 'calibrate',
    }
    const options = readOptions(benchOptions, given, 'calibrate')
    const { run, counts } = await runLoad(
      { ...options, url: new URL(url) },
      {
        ...context,
        runId: 'calibrate',
        progressEveryMs: 1000,
        onProgress: undefined,
        onSample: sample => samples.push(sample),
        onEvent: undefined,
      },
    )
    const served = await readServed(url)
    if (run.interrupted) return undefined
    if (!served || counts.ok === 0) throw new Error('no request came to its end')
    const { ttft: ttftMs, itl: itlMs } = pairedPace
    const truth = groundTruthOf(samples, served)
    return { connections, seconds: run.seconds, ttftMs, itlMs, truth }
  } catch (error) {
    context.onNotice(`not calibrated: ${(error as Error).message}`)
    return undefined
  } finally {
    if (server.connected) server.disconnect()
    if (server.exitCode === null) await once(server, 'exit')
  }
}

async function urlOf(server: ChildProcess, signal: AbortSignal | undefined): Promise<string> {
  const timeout = AbortSignal.timeout(startTimeoutMs)
  const gone = new AbortController()
  const onExit = () => gone.abort(new Error('the mock server did not start'))
  server.once('exit', onExit)
  const any = AbortSignal.any([timeout, gone.signal, ...(signal ? [signal] : [])])
  try {
    const [url] = await once(server, 'message', { signal: any })
    return url as string
  } catch (error) {
    throw gone.signal.aborted ? gone.signal.reason : error
  } finally {
    server.off('exit', onExit)
  }
}
