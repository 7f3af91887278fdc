/** One run: reach the target, warm up, measure, stop, sum up. */
import { createRandom } from '../base/random.ts'
import { isLoopbackName } from '../client/relay/origin.ts'
import { openWaysOut } from './exports/ways-out.ts'
import { planLoad } from './load/plan.ts'
import { checkReachable } from './preflight.ts'
import type { RunContext, RunOptions } from './run/context.ts'
import { measure } from './run/measure.ts'
import { createRun, judged, type Run } from './run/parts.ts'
import { settingOf } from './run/setting.ts'
import { summed } from './samples/replay.ts'
import type { Summary } from './summary.ts'
import { type GroundTruth, groundTruthOf } from './truth/ground-truth.ts'
import { readServed } from './truth/served.ts'
import { createWork } from './work/work.ts'
import { refuseWorkers, stdinFor } from './workers/refusals.ts'

export type { RunContext, RunOptions } from './run/context.ts'

export async function runLoad(options: RunOptions, context: RunContext): Promise<Summary> {
  const broken = new AbortController()
  const { url, seed, workers } = options
  const work = await createWork(options, {
    query: url.search,
    random: createRandom(seed).fork('prompts'),
    stdin: stdinFor(workers, process.stdin),
    onBroken: error => broken.abort(error),
  })
  const takesTurns = options.turns !== undefined
  const plan = await planLoad(options, createRandom(seed).fork('load'), takesTurns, work.hasTalks)
  refuseWorkers(options, plan, context.clock)
  await checkReachable(url)
  const signals = [broken.signal, ...(context.signal ? [context.signal] : [])]
  const signal = AbortSignal.any(signals)
  const run = createRun(options, { ...context, signal }, work, plan)
  const { instruments } = run.metrics
  const { scenarios } = work
  const out = await openWaysOut(options, { ...run.context, url, scenarios, instruments })
  run.out = out
  try {
    const result = await measure(run, error => broken.abort(error))
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

/** What our own mock server says of the last requests; only asked on this machine. */
async function serverTruth({ options, last }: Run): Promise<GroundTruth | undefined> {
  const isHere = isLoopbackName(options.url.hostname)
  if (!isHere || last.count === 0) return undefined
  const served = await readServed(options.url.origin)
  const truth = served && groundTruthOf(last.samples(), served)
  return truth && truth.joined > 0 ? truth : undefined
}
