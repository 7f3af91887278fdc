/** `tokadence report`: any report of a run, made again from its samples or its JSON. */
import { systemClock } from '../base/clock.ts'
import { OptionError } from '../base/option-error.ts'
import type { OptionTable } from '../base/option-table.ts'
import { gateReportOptions } from '../bench/options/gate.ts'
import { reportOptions } from '../bench/options/reports.ts'
import type { OtherView } from '../bench/reporters/compat/tool.ts'
import type { Summary } from '../bench/summary.ts'
import { type Call, defineCommand } from './command.ts'
import { checkGateFiles } from './gate-reports.ts'
import { checkOutput } from './output-file.ts'
import { writeReports, writeVerdicts } from './reports.ts'

const { json, html, csv, compat } = reportOptions
const options = { json, html, csv, compat, ...gateReportOptions } satisfies OptionTable

type ReportCall = Call<typeof options>

export const command = defineCommand({
  name: 'report',
  summary: "makes any report again, from a run's samples or its JSON",
  words: { label: 'FILE', help: 'What bench wrote with --samples or --json.', required: true },
  options,
  async run(call) {
    const [path = '', more] = call.words
    if (more !== undefined) {
      throw new OptionError('words', more, 'name one file; compare takes two', { origin: 'report' })
    }
    await checkOutput('json', call.options.json, call)
    await checkOutput('html', call.options.html, call)
    await checkGateFiles(call)
    const { readSummaryFile } = await import('../bench/samples/summary-file.ts')
    const known = await readSummaryFile(path)
    const { summary, other } = known ? ofSummary(known, call) : await ofSamples(path, call)
    await writeReports(call, summary, other)
    return await writeVerdicts('tokadence report', call, summary)
  },
})

interface Found {
  readonly summary: Summary
  readonly other: OtherView | undefined
}

function ofSummary(summary: Summary, { options, origins }: ReportCall): Found {
  for (const option of ['csv', 'compat'] as const) {
    if (options[option] === undefined) continue
    const why = 'a summary has no samples; give the file that bench wrote with --samples'
    throw new OptionError(option, undefined, why, { origin: origins[option] })
  }
  return { summary, other: undefined }
}

async function ofSamples(path: string, { options, origins, stderr }: ReportCall): Promise<Found> {
  const { openLogs } = await import('../bench/samples/logs.ts')
  const { readEvents } = await import('../bench/samples/read.ts')
  const { replay } = await import('../bench/samples/replay.ts')
  const { countAs } = await import('../bench/reporters/compat/compat.ts')
  const counted = options.compat && countAs(options.compat)
  const log = await openLogs({ csv: options.csv }, origins, systemClock)
  try {
    const summary = await replay(readEvents(path), async event => {
      if (event.type === 'sample' && event.isMeasured) counted?.add(event.sample)
      log.take(event)
      await log.room()
    })
    return { summary, other: counted?.view(summary.run.seconds * 1000) }
  } finally {
    for (const text of await log.close()) stderr.write(`${text}\n`)
  }
}
