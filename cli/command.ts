/** What a command is: its words, its options and what it does. */

import type { Origin } from '../base/option-error.ts'
import type { OptionTable, Resolved } from '../base/option-table.ts'

export interface Command<Table extends OptionTable = OptionTable> {
  readonly name: string
  /** One line for `tokadence --help`. */
  readonly summary: string
  /** Words after the command, if it takes any: `FILE…`. */
  readonly words?: { readonly label: string; readonly help: string; readonly required: boolean }
  readonly options: Table
  /** Resolves to the exit code. Throws OptionError for wrong usage, which becomes exit code 2. */
  run(call: Call<Table>): Promise<ExitCode>
}

export interface Call<Table extends OptionTable> {
  readonly options: Resolved<Table>
  /** Where each option's value came from, e.g. `--ttft`, `TOKADENCE_TTFT`, `tokadence.yaml:3:1`, `default`. */
  readonly origins: Readonly<Record<string, Origin>>
  readonly words: readonly string[]
  /** Aborts at the first SIGINT or SIGTERM; a second one ends the process. */
  readonly signal: AbortSignal
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

export const exitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  unreachable: 3,
  invalid: 4,
  missed: 99,
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** Keeps a command's option types where it is declared. */
export function defineCommand<Table extends OptionTable>(command: Command<Table>): Command<Table> {
  return command
}
