/** A command run in this process, as the program would run it; what it writes comes back without colour. */
import { PassThrough, Readable } from 'node:stream'
import type { Origin } from '../../base/option-error.ts'
import { type OptionTable, readOptions } from '../../base/option-table.ts'
import type { Command } from '../../cli/command.ts'

export interface Call {
  readonly words?: readonly string[]
  readonly origins?: Readonly<Record<string, Origin>>
  readonly signal?: AbortSignal | undefined
  readonly stdin?: string | undefined
}

export async function runCommand<Table extends OptionTable>(
  command: Command<Table>,
  given: Readonly<Record<string, unknown>>,
  { words = [], origins = {}, signal = new AbortController().signal, stdin = '' }: Call = {},
) {
  const written = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof written) =>
    new PassThrough().on('data', part => {
      written[name] += part
    }) as unknown as NodeJS.WriteStream
  const code = await command.run({
    options: readOptions(command.options, given as never, 'test'),
    origins,
    words,
    signal,
    stdin: Readable.from([stdin]) as unknown as NodeJS.ReadStream,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  })
  await new Promise(resolve => setImmediate(resolve))
  return { code, ...written }
}
