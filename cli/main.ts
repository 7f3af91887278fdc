#!/usr/bin/env node
/** The program: finds the command, gives it its settings, and turns how it ended into an exit code. */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OptionError } from '../base/option-error.ts'
import { flagName, nearest, unknownKey } from '../base/option-table.ts'
import { version } from '../base/package.ts'
import { type Command, type ExitCode, exitCode } from './command.ts'
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
    throw new OptionError('command', undefined, `there is no such command: ${advice}`, {
      origin: name,
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
    const names = Object.keys(table).map(option => flagName(option).slice(2))
    throw unknownKey(key, stray, names)
  }
  checkWords(command, words)

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
  { name: command, words: taken }: Pick<Command, 'name' | 'words'>,
  words: readonly string[],
): void {
  if (!taken && words.length > 0) {
    throw new OptionError('words', words[0], `${command} takes options only`, { origin: command })
  }
  if (taken?.required && words.length === 0) {
    throw new OptionError('words', undefined, `write ${taken.label} after the command`, {
      origin: command,
    })
  }
}

/** Aborts at the first SIGINT or SIGTERM; the second, of either kind, is left to end the process. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  const abort = (name: NodeJS.Signals) => {
    process.off('SIGINT', abort).off('SIGTERM', abort)
    controller.abort(name)
  }
  process.on('SIGINT', abort).on('SIGTERM', abort)
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
