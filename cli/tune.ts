/** `tokadence tune`: finds the concurrency cap, says what binds it, and shows the curve. */
import { writeFile } from 'node:fs/promises'
import { formatDuration } from '../base/duration.ts'
import { OptionError } from '../base/option-error.ts'
import type { Found } from '../bench/tune/found.ts'
import type { Level } from '../bench/tune/level.ts'
import { tuneOptions } from '../bench/tune/options.ts'
import { type Call, defineCommand, type ExitCode, exitCode } from './command.ts'
import { confirmer } from './confirm.ts'

type TuneCall = Call<typeof tuneOptions>

export const command = defineCommand({
  name: 'tune',
  summary: 'finds how many requests in flight are best under your objectives, and what binds them',
  options: tuneOptions,

  async run(call) {
    const { options, signal, stdin, stderr } = call
    const { tune } = await import('../bench/tune/tune.ts')
    const { TargetUnreachable } = await import('../bench/index.ts')
    await checkWritable('json', call)
    await checkWritable('html', call)
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

function pointLine(level: Level, why: string, policy: string): string {
  const { concurrency, goodputRps, ttftMs, throttledShare, meetsObjectives } = level
  const ttft = ttftMs.p95 === null ? 'no first token' : `TTFT p95 ${formatDuration(ttftMs.p95)}`
  const throttled = throttledShare > 0 ? `, ${(throttledShare * 100).toFixed(1)} % throttled` : ''
  const missed = meetsObjectives ? '' : ', objectives missed'
  return `${policy} · ${why} · ${concurrency} in flight: ${goodputRps.toFixed(1)} good requests/s, ${ttft}${throttled}${missed}`
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
    else await write('json', call, formatFoundJson(found))
  }
  if (options.html !== undefined) {
    const { formatFoundHtml } = await import('../bench/tune/reporters/html.ts')
    await write('html', call, formatFoundHtml(found))
    people.write(`report: ${options.html}\n`)
  }
}

/** A report that cannot be written is said before the search, not after it. */
async function checkWritable(option: 'json' | 'html', call: TuneCall): Promise<void> {
  const path = call.options[option]
  if (path !== undefined && path !== '-') await write(option, call, '', 'a')
}

async function write(
  option: 'json' | 'html',
  { options, origins }: TuneCall,
  text: string,
  flag = 'w',
): Promise<void> {
  const path = options[option] ?? ''
  await writeFile(path, text, { flag }).catch(cause => {
    const allowed = `the file cannot be written (${cause.code})`
    throw new OptionError(option, path, allowed, { origin: origins[option], cause })
  })
}

function verdict({ run, verdict }: Found): ExitCode {
  if (run.interrupted) return exitCode.interrupted
  return verdict === 'found' ? exitCode.ok : exitCode.invalid
}
