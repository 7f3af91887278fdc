/** A summary into the reports that were asked for, and into an exit code. */
import type { Origin } from '../base/option-error.ts'
import type { OtherView } from '../bench/reporters/compat/tool.ts'
import type { Summary } from '../bench/summary.ts'
import { type ExitCode, exitCode } from './command.ts'
import { exitOf, type GateCall, reportGate } from './gate-reports.ts'
import { writeOutput } from './output-file.ts'

/** What is used of a command's call. */
export interface ReportCall {
  readonly options: GateCall['options'] & {
    /** `-` is stdout. */
    readonly json: string | undefined
    readonly html: string | undefined
    readonly csv: string | undefined
  }
  readonly origins: Readonly<Record<string, Origin>>
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** The table goes to stdout, or to stderr where a program reads that. */
export async function writeReports(
  call: ReportCall,
  summary: Summary,
  other: OtherView | undefined,
): Promise<void> {
  const { options, stdout } = call
  const { formatTable } = await import('../bench/reporters/table.ts')
  const { formatJson } = await import('../bench/reporters/json.ts')
  const { paintFor } = await import('../bench/reporters/paint.ts')
  const people = peopleOf(call)
  const paint = paintFor(people, process.env)
  people.write(`${formatTable(summary, paint)}\n`)
  if (other) {
    const { formatOtherView } = await import('../bench/reporters/compat/compat.ts')
    people.write(`${formatOtherView(other, paint)}\n`)
  }
  if (options.json === '-') stdout.write(formatJson(summary))
  else if (options.json !== undefined)
    await writeOutput('json', options.json, formatJson(summary), call)
  if (options.html !== undefined) {
    const { formatHtml } = await import('../bench/reporters/html.ts')
    await writeOutput('html', options.html, formatHtml(summary, other), call)
    people.write(`report: ${options.html}\n`)
  }
}

/** Tells those who were asked to be told of the verdicts, and gives the exit code. `name`: the command. */
export async function writeVerdicts(
  name: string,
  call: ReportCall,
  summary: Summary,
): Promise<ExitCode> {
  const { checksOfRun, checksOfComparison, outcomeOfAll } = await import(
    '../bench/reporters/checks.ts'
  )
  const { run, against } = summary
  const checks = [
    ...checksOfRun(summary),
    ...(against ? checksOfComparison(against.comparison) : []),
  ]
  await reportGate(
    { ...call, people: peopleOf(call) },
    {
      name,
      checks,
      seconds: run.seconds,
      async markdown() {
        const { formatMarkdown } = await import('../bench/reporters/markdown.ts')
        return formatMarkdown(summary)
      },
    },
  )
  return run.interrupted ? exitCode.interrupted : exitOf(outcomeOfAll(checks))
}

/** Programs have stdout to themselves. */
function peopleOf({ options, stdout, stderr }: ReportCall): NodeJS.WriteStream {
  return options.json === '-' || options.markdown === '-' ? stderr : stdout
}
