/** `tokadence bench`: a load run, watched, reported, judged. */
import { writeFile } from 'node:fs/promises'
import { OptionError } from '../base/option-error.ts'
import { benchOptions } from '../bench/options.ts'
import type { Summary } from '../bench/summary.ts'
import { type Call, defineCommand, type ExitCode, exitCode } from './command.ts'

type BenchCall = Call<typeof benchOptions>

const panelEveryMs = 250
const lineEveryMs = 5000

export const command = defineCommand({
  name: 'bench',
  summary: 'a load run: TTFT, gaps, throughput, outcomes, thresholds, exports',
  options: benchOptions,
  async run(call) {
    const { TargetUnreachable } = await import('../bench/index.ts')
    await checkWritable('json', call)
    await checkWritable('html', call)
    try {
      const summary = await watchedRun(call)
      await report(call, summary)
      return verdict(summary)
    } catch (error) {
      if (!(error instanceof TargetUnreachable)) throw error
      call.stderr.write(`tokadence bench: ${error.message}\n`)
      return exitCode.unreachable
    }
  },
})

async function watchedRun({ options, signal, stderr }: BenchCall): Promise<Summary> {
  const { runBench } = await import('../bench/index.ts')
  const { createLines, createPanel } = await import('../bench/reporters/live.ts')
  const { paintFor } = await import('../bench/reporters/paint.ts')
  const isWatched = stderr.isTTY === true && !process.env.CI
  const write = (text: string) => stderr.write(text)
  const view = isWatched
    ? createPanel(write, options, paintFor(stderr, process.env))
    : createLines(write)
  try {
    return await runBench(ownOptions(options), {
      signal,
      onProgress: view.show,
      progressEveryMs: isWatched ? panelEveryMs : lineEveryMs,
      onNotice: text => stderr.write(`${text}\n`),
    })
  } finally {
    view.close()
  }
}

/** Without what other commands share, such as `config`. */
function ownOptions(options: BenchCall['options']): BenchCall['options'] {
  const own = Object.entries(options).filter(([key]) => key in benchOptions)
  return Object.fromEntries(own) as BenchCall['options']
}

async function report(call: BenchCall, summary: Summary): Promise<void> {
  const { options, stdout, stderr } = call
  const { formatTable } = await import('../bench/reporters/table.ts')
  const { formatJson } = await import('../bench/reporters/json.ts')
  const { paintFor } = await import('../bench/reporters/paint.ts')
  const people = options.json === '-' ? stderr : stdout
  people.write(`${formatTable(summary, paintFor(people, process.env))}\n`)
  if (options.json === '-') stdout.write(formatJson(summary))
  else if (options.json !== undefined) await writeReport('json', call, formatJson(summary))
  if (options.html !== undefined) {
    const { formatHtml } = await import('../bench/reporters/html.ts')
    await writeReport('html', call, formatHtml(summary))
    people.write(`report: ${options.html}\n`)
  }
}

/** A report that cannot be written is said before the run, not after it. */
async function checkWritable(option: 'json' | 'html', call: BenchCall): Promise<void> {
  const path = call.options[option]
  if (path !== undefined && path !== '-') await writeReport(option, call, '', 'a')
}

async function writeReport(
  option: 'json' | 'html',
  { options, origins }: BenchCall,
  text: string,
  flag = 'w',
): Promise<void> {
  const path = options[option] ?? ''
  await writeFile(path, text, { flag }).catch(cause => {
    const allowed = `the file cannot be written (${cause.code})`
    throw new OptionError(option, path, allowed, { origin: origins[option], cause })
  })
}

function verdict({ run, thresholds, counts }: Summary): ExitCode {
  if (run.interrupted) return exitCode.interrupted
  if (thresholds.some(({ ok }) => !ok)) return exitCode.missed
  return counts.ok === 0 ? exitCode.invalid : exitCode.ok
}
