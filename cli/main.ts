#!/usr/bin/env node
/** The program: finds the command, gives it its settings, and turns how it ended into an exit code. */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OptionError } from '../base/option-error.ts'
import { nearest, unknownKey } from '../base/option-table.ts'
import { version } from '../base/package.ts'
import { type ExitCode, exitCode } from './command.ts'
import { commands, defaultCommand } from './commands.ts'
import { parseArguments } from './parse-arguments.ts'
import { commonOptions, flagEntries, readSettings } from './settings.ts'

/** Runs one command line (without node and script). Never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  try {
    return await run(args)
  } catch (error) {
    if (error instanceof OptionError) {
      process.stderr.write(`tokadence: ${error.message}\n`)
      return exitCode.usage
    }
    process.stderr.write(`tokadence: unexpected: ${(error as Error)?.stack ?? String(error)}\n`)
    return exitCode.unexpected
  }
}

async function run(args: readonly string[]): Promise<ExitCode> {
  const [first] = args
  const named = first !== undefined && !first.startsWith('-')
  const name = named ? first : defaultCommand
  const listed = commands.find(command => command.name === name)
  if (!listed) {
    const names = commands.map(command => command.name)
    const near = nearest(name, names)
    const advice = near ? `did you mean ${near}?` : `the commands are ${names.join(', ')}`
    throw new OptionError('command', name, `there is no such command: ${advice}`, {
      origin: 'tokadence',
    })
  }
  if (!named && (args.includes('--help') || args.includes('-h'))) return printHelp()

  const command = await listed.load()
  const table = { ...commonOptions, ...command.options }
  const {
    flags,
    words,
    unknown,
    help,
    version: asksVersion,
  } = parseArguments(named ? args.slice(1) : args, table)
  if (asksVersion) return print(`${version}\n`)
  if (help) {
    const { commandHelp } = await import('./help.ts')
    return print(`${await commandHelp(command)}\n`)
  }
  const [stray] = unknown
  if (stray !== undefined) {
    const key = stray.replace(/^-+/, '').replace(/=.*/s, '')
    const names = Object.keys(table).map(option =>
      option.replace(/[A-Z]/g, l => `-${l.toLowerCase()}`),
    )
    throw unknownKey(key, stray, names)
  }
  checkWords(command.words, words)

  const { values, origins } = await readSettings(command.name, command.options, {
    flags: flagEntries(flags),
    environment: process.env,
  })
  return await command.run({
    options: values,
    origins,
    words,
    signal: interruption(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  })
}

function checkWords(
  taken: { readonly label: string; readonly required: boolean } | undefined,
  words: readonly string[],
): void {
  if (!taken && words.length > 0) {
    throw new OptionError('words', words[0], 'this command takes options only', {
      origin: 'tokadence',
    })
  }
  if (taken?.required && words.length === 0) {
    throw new OptionError('words', '', `write ${taken.label} after the command`, {
      origin: 'tokadence',
    })
  }
}

/** Aborts at the first SIGINT or SIGTERM; the second is left to end the process. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => controller.abort(name))
  }
  return controller.signal
}

async function printHelp(): Promise<ExitCode> {
  const { programHelp } = await import('./help.ts')
  return print(`${await programHelp()}\n`)
}

function print(text: string): ExitCode {
  process.stdout.write(text)
  return exitCode.ok
}

const script = process.argv[1]
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  // A reader that went away (`tokadence … | head`) is no failure of ours.
  process.stdout.on('error', error => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
    throw error
  })
  process.exitCode = await main(process.argv.slice(2))
}
