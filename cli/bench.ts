/** `tokadence bench`: a load run, watched, reported, judged. */
import { setFlagsFromString } from 'node:v8'
import { systemClock } from '../base/clock.ts'
import type { BenchContext } from '../bench/index.ts'
import { benchOptions } from '../bench/options.ts'
import type { LiveTitle } from '../bench/reporters/live.ts'
import type { Summary } from '../bench/summary.ts'
import { type Call, defineCommand, exitCode } from './command.ts'
import { confirmer } from './confirm.ts'
import { checkGateFiles } from './gate-reports.ts'
import { helpersGiveWay } from './give-way.ts'
import { checkOutput } from './output-file.ts'
import { writeReports, writeVerdicts } from './reports.ts'

type BenchCall = Call<typeof benchOptions>
type OnEvent = NonNullable<BenchContext['onEvent']>

const panelEveryMs = 250
const lineEveryMs = 5000
/** How long the bench itself is measured before each run, unless told otherwise. */
const calibrateMs = 2000

export const command = defineCommand({
  name: 'bench',
  summary: 'a load run: TTFT, gaps, throughput, outcomes, thresholds, exports',
  options: benchOptions,
  words: {
    label: 'calibrate',
    help: 'Measures the bench itself on a mock server whose times are known, and nothing else.',
    required: false,
  },
  async run(call) {
    helpersGiveWay()
    if (call.words.length > 0) return await (await import('./calibrate.ts')).calibrateOnly(call)
    // Who sends by a timetable must not stand still. Memory for what is young that stays small is tidied up in a third of
    // the time, if three times as often: at 1,000 requests a second the p99 of their lag is a tenth less.
    if (isOpen(call.options)) setFlagsFromString('--semi-space-growth-factor=1')
    const { TargetUnreachable } = await import('../bench/index.ts')
    await checkOutput('json', call.options.json, call)
    await checkOutput('html', call.options.html, call)
    await checkGateFiles(call)
    try {
      const { countAs } = await import('../bench/reporters/compat/compat.ts')
      const counted = call.options.compat && countAs(call.options.compat)
      const summary = await loggedRun(call, (event, side) => {
        if (side === 'base') return
        if (event.type === 'sample' && event.isMeasured) counted?.add(event.sample)
      })
      await writeReports(call, summary, counted?.view(summary.run.seconds * 1000))
      return await writeVerdicts('tokadence bench', call, summary)
    } catch (error) {
      if (!(error instanceof TargetUnreachable)) throw error
      call.stderr.write(`tokadence bench: ${error.message}\n`)
      return exitCode.unreachable
    }
  },
})

/** Writes samples while they come, and says what of them could not be written. */
async function loggedRun(call: BenchCall, onEvent: OnEvent): Promise<Summary> {
  const { options, origins } = call
  const { openSideLogs } = await import('../bench/samples/side-files.ts')
  const { openLogs } = await import('../bench/samples/logs.ts')
  const open = options.against === undefined ? openLogs : openSideLogs
  const log = await open(options, origins, systemClock)
  try {
    return await watchedRun(call, (event, side = 'head') => {
      log.take(event, side)
      onEvent(event, side)
    })
  } finally {
    for (const text of await log.close()) call.stderr.write(`tokadence bench: ${text}\n`)
  }
}

async function watchedRun(
  { options, signal, stdin, stderr }: BenchCall,
  onEvent: OnEvent,
): Promise<Summary> {
  const { runResolved } = await import('../bench/index.ts')
  const { createLines, createPanel } = await import('../bench/reporters/live.ts')
  const { paintFor } = await import('../bench/reporters/paint.ts')
  const isWatched = stderr.isTTY === true && !process.env.CI
  const write = (text: string) => stderr.write(text)
  const view = isWatched
    ? createPanel(write, titleOf(options), paintFor(stderr, process.env))
    : createLines(write)
  try {
    return await runResolved(
      { ...options, calibrate: options.calibrate ?? calibrateMs },
      {
        signal,
        onProgress: view.show,
        onEvent,
        progressEveryMs: isWatched ? panelEveryMs : lineEveryMs,
        onNotice: text => stderr.write(`${text}\n`),
        confirm: confirmer({ stdin, stderr, signal }),
      },
    )
  } finally {
    view.close()
  }
}

/** As many in flight as an open loop has where nobody says. */
const openLimit = 10_000

function isOpen({ rate, stages, burst, trace }: BenchCall['options']): boolean {
  return [rate, stages, burst, trace].some(given => given !== undefined)
}

function titleOf(options: BenchCall['options']): LiveTitle {
  const { url, model, users, connections, maxInFlight } = options
  const limit = isOpen(options) ? (maxInFlight ?? openLimit) : (users ?? connections)
  return { url, model, isOpen: isOpen(options), limit }
}
