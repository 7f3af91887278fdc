/** What a gate came to, for the systems that show it: JUnit, Markdown, GitHub's annotations and step summary. */
import { systemClock } from '../base/clock.ts'
import type { Origin } from '../base/option-error.ts'
import type { Check } from '../bench/reporters/checks.ts'
import { type ExitCode, exitCode } from './command.ts'
import { appendStepSummary } from './github-summary.ts'
import { checkOutput, writeOutput } from './output-file.ts'

export interface GateCall {
  readonly options: {
    readonly junit: string | undefined
    /** `-` is stdout. */
    readonly markdown: string | undefined
    readonly github: boolean
  }
  readonly origins: Readonly<Record<string, Origin>>
  readonly stdout: NodeJS.WritableStream
  /** Where people read; annotations go there, for GitHub reads both. */
  readonly people: NodeJS.WritableStream
}

export interface Gate {
  /** Such as `tokadence bench`. */
  readonly name: string
  readonly checks: readonly Check[]
  readonly seconds?: number
  markdown(): Promise<string>
}

/** Throws OptionError for a file that cannot be written. */
export async function reportGate(call: GateCall, gate: Gate): Promise<void> {
  const { options, stdout, people } = call
  const { name, checks, seconds } = gate
  if (options.markdown === '-') stdout.write(await gate.markdown())
  else if (options.markdown !== undefined)
    await writeOutput('markdown', options.markdown, await gate.markdown(), call)
  if (options.junit !== undefined) {
    const { formatJunit } = await import('../bench/reporters/junit.ts')
    const atMs = systemClock.wallMs()
    const xml = formatJunit(name, checks, { atMs, ...(seconds !== undefined && { seconds }) })
    await writeOutput('junit', options.junit, xml, call)
  }
  if (options.github || process.env.GITHUB_ACTIONS === 'true') {
    const { formatAnnotations } = await import('../bench/reporters/github.ts')
    people.write(formatAnnotations(checks))
    await appendStepSummary(await gate.markdown(), process.env)
  }
}

/** A file that cannot be written is said before a long run, not after it. */
export async function checkGateFiles(call: Pick<GateCall, 'options' | 'origins'>): Promise<void> {
  for (const option of ['junit', 'markdown'] as const) {
    await checkOutput(option, call.options[option], call)
  }
}

export function exitOf(outcome: Check['outcome']): ExitCode {
  return { passed: exitCode.ok, missed: exitCode.missed, inconclusive: exitCode.invalid }[outcome]
}
