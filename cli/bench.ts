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
    await checkWritable('json', call.options.json)
    await checkWritable('html', call.options.html)
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

async function report({ options, stdout, stderr }: BenchCall, summary: Summary): Promise<void> {
  const { formatTable } = await import('../bench/reporters/table.ts')
  const { formatJson } = await import('../bench/reporters/json.ts')
  const { paintFor } = await import('../bench/reporters/paint.ts')
  const people = options.json === '-' ? stderr : stdout
  people.write(`${formatTable(summary, paintFor(people, process.env))}\n`)
  if (options.json === '-') stdout.write(formatJson(summary))
  else if (options.json !== undefined) await writeReport('json', options.json, formatJson(summary))
  if (options.html !== undefined) {
    const { formatHtml } = await import('../bench/reporters/html.ts')
    await writeReport('html', options.html, formatHtml(summary))
    people.write(`report: ${options.html}\n`)
  }
}

/** A report that cannot be written is said before the run, not after it. */
async function checkWritable(option: string, path: string | undefined): Promise<void> {
  if (path !== undefined && path !== '-') await writeReport(option, path, '', 'a')
}

async function writeReport(option: string, path: string, text: string, flag = 'w'): Promise<void> {
  await writeFile(path, text, { flag }).catch(cause => {
    throw new OptionError(option, path, `the file cannot be written (${cause.code})`, { cause })
  })
}

function verdict({ run, thresholds, counts }: Summary): ExitCode {
  if (run.interrupted) return exitCode.interrupted
  if (thresholds.some(({ ok }) => !ok)) return exitCode.missed
  return counts.ok === 0 ? exitCode.invalid : exitCode.ok
}
