/**
 * A command line as the program takes it, in this process: for those that end by themselves, since a process of
 * their own takes twenty times as long. One at a time: they have the environment and the working folder to themselves.
 */
import { main } from '../../cli/main.ts'
import type { ProgramOptions } from './program.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

/** As `runProgram` would give it. Of the environment only PATH is passed on. */
export async function runMain(
  args: readonly string[],
  { env = {}, cwd = process.cwd() }: ProgramOptions = {},
) {
  const written = { stdout: '', stderr: '' }
  const before = { env: process.env, cwd: process.cwd(), listeners: listenersNow() }
  const streams = (['stdout', 'stderr'] as const).map(name => {
    const stream = process[name]
    const { write } = stream
    stream.write = (part: string | Uint8Array) => {
      written[name] += String(part)
      return true
    }
    return () => {
      stream.write = write
    }
  })
  process.env = { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env }
  process.chdir(cwd)
  try {
    const code = await main(args)
    return { code, ...written }
  } finally {
    process.chdir(before.cwd)
    process.env = before.env
    for (const restore of streams) restore()
    for (const [i, signal] of signals.entries()) {
      for (const listener of process.listeners(signal)) {
        if (!before.listeners[i]!.includes(listener)) process.off(signal, listener)
      }
    }
  }
}

const listenersNow = () => signals.map(signal => process.listeners(signal))
