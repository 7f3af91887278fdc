/** `tokadence tune`: finds the concurrency cap or the highest rate, says what binds it, and shows the curve. */
import { formatDuration } from '../base/duration.ts'
import type { Found } from '../bench/tune/found.ts'
import type { Level } from '../bench/tune/level.ts'
import { tuneOptions } from '../bench/tune/options.ts'
import type { RateLevel } from '../bench/tune/rate-level.ts'
import { type Call, defineCommand, type ExitCode, exitCode } from './command.ts'
import { confirmer } from './confirm.ts'
import { helpersGiveWay } from './give-way.ts'
import { checkOutput, writeOutput } from './output-file.ts'

type TuneCall = Call<typeof tuneOptions>

export const command = defineCommand({
  name: 'tune',
  summary:
    'finds how many requests in flight are best under your objectives, or at which rate, and what binds them',
  options: tuneOptions,

  async run(call) {
    const { options, signal, stdin, stderr } = call
    helpersGiveWay()
    const { tune } = await import('../bench/tune/tune.ts')
    const { TargetUnreachable } = await import('../bench/index.ts')
    await checkOutput('json', options.json, call)
    await checkOutput('html', options.html, call)
    try {
      const found = await tune(options, {
        signal,
        stdin,
        confirm: confirmer(call),
        onPoint: (level, why, policy) => stderr.write(`${pointLine(level, why, policy)}\n`),
      })
      await report(call, found)
      return verdict(found)
    } catch (error) {
      if (!(error instanceof TargetUnreachable)) throw error
      stderr.write(`tokadence tune: ${error.message}\n`)
      return exitCode.unreachable
    }
  },
})

function pointLine(level: Level | RateLevel, why: string, policy: string): string {
  const { goodputRps, throttledShare, meetsObjectives } = level
  const isRate = 'rate' in level
  const where = isRate ? `${level.rate} requests/s` : `${level.concurrency} in flight`
  const { p95 } = isRate ? level.ttftDueMs : level.ttftMs
  const ttft = p95 === null ? 'no first token' : `TTFT p95 ${formatDuration(p95)}`
  const throttled = throttledShare > 0 ? `, ${(throttledShare * 100).toFixed(1)} % throttled` : ''
  const missed = meetsObjectives ? '' : ', objectives missed'
  return `${policy} · ${why} · ${where}: ${goodputRps.toFixed(1)} good requests/s, ${ttft}${throttled}${missed}`
}

async function report(call: TuneCall, found: Found): Promise<void> {
  const { options, stdout, stderr } = call
  const { formatFound } = await import('../bench/tune/reporters/table.ts')
  const { paintFor } = await import('../bench/reporters/paint.ts')
  const people = options.json === '-' ? stderr : stdout
  people.write(`${formatFound(found, paintFor(people, process.env))}\n`)
  if (options.json !== undefined) {
    const { formatFoundJson } = await import('../bench/tune/reporters/json.ts')
    if (options.json === '-') stdout.write(formatFoundJson(found))
    else await writeOutput('json', options.json, formatFoundJson(found), call)
  }
  if (options.html !== undefined) {
    const { formatFoundHtml } = await import('../bench/tune/reporters/html.ts')
    await writeOutput('html', options.html, formatFoundHtml(found), call)
    people.write(`report: ${options.html}\n`)
  }
}

function verdict({ run, verdict }: Found): ExitCode {
  if (run.interrupted) return exitCode.interrupted
  return verdict === 'found' ? exitCode.ok : exitCode.invalid
}
