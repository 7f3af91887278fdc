/** A command run in this process, as the program would run it; what it writes comes back without colour. */
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Origin } from '../../base/option-error.ts'
import { type OptionTable, readOptions, resolveOptions } from '../../base/option-table.ts'
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

/**
 * A command as if it had been typed with these options: each knows the flag that it came from, and streams are read to
 * their end, for what a run writes while it lasts.
 */
export async function runTyped<Table extends OptionTable>(
  command: Command<Table>,
  given: Readonly<Record<string, unknown>>,
  signal = new AbortController().signal,
) {
  const entries = Object.entries(given).map(([key, value]) => ({ key, value, origin: `--${key}` }))
  const { values, origins } = resolveOptions(command.options, entries)
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const printed = Promise.all([text(stdout), text(stderr)])
  try {
    // Plain streams stand in for a terminal's; the command only writes to them.
    const streams = { stdout, stderr, stdin: process.stdin } as unknown as Pick<
      Parameters<typeof command.run>[0],
      'stdout' | 'stderr' | 'stdin'
    >
    const code = await command.run({ ...streams, options: values, origins, words: [], signal })
    stdout.end()
    stderr.end()
    const [out, err] = await printed
    return { code, out, err }
  } finally {
    stdout.end()
    stderr.end()
  }
}
