/** `--help`, drawn by yargs from the option tables. */
import yargs from 'yargs'
import { environmentName, flagName, type OptionTable, type Row } from '../base/option-table.ts'
import type { Command } from './command.ts'
import { commands, defaultCommand } from './commands.ts'
import { commonOptions } from './settings.ts'

const exitCodes =
  'Exit codes: 0 ok · 1 unexpected · 2 wrong usage or configuration · 3 target unreachable · ' +
  '4 run invalid · 99 threshold missed · 130 interrupted'

function terminalWidth(): number {
  return Math.min(process.stdout.columns ?? 100, 110)
}

export async function programHelp(): Promise<string> {
  let program = yargs([])
    .scriptName('tokadence')
    .usage(`$0 COMMAND [options]\n\nWithout a command: ${defaultCommand}.`)
    .help(false)
    .version(false)
    .wrap(terminalWidth())
    .epilogue(`tokadence COMMAND --help tells a command's options.\n${exitCodes}`)
  for (const { name, summary } of commands) program = program.command(name, summary)
  return program.getHelp()
}

export async function commandHelp<Table extends OptionTable>(
  command: Command<Table>,
): Promise<string> {
  const words = command.words ? ` ${command.words.label}` : ''
  let program = yargs([])
    .scriptName('tokadence')
    .usage(
      `$0 ${command.name}${words} [options]\n\n${command.summary}` +
        (command.words ? `\n${command.words.label}: ${command.words.help}` : ''),
    )
    .help(false)
    .version(false)
    .wrap(terminalWidth())
    .epilogue(`Each option is also read from TOKADENCE_…, and from tokadence.yaml.\n${exitCodes}`)
  for (const [key, row] of Object.entries({ ...command.options, ...commonOptions })) {
    program = program.option(flagName(key).slice(2), {
      describe: describe(key, row),
      type: row.shape === 'flag' ? 'boolean' : 'string',
      requiresArg: row.shape !== 'flag',
      ...(row.fallback === undefined || row.shape === 'flag' || row.shape === 'list'
        ? {}
        : { defaultDescription: String(row.fallback) }),
    })
  }
  return program.getHelp()
}

function describe(key: string, { help, env, label }: Row<unknown>): string {
  const placeholder = label === '' ? '' : `${label}: `
  const variables = env.length > 0 ? ` [env ${[...env, environmentName(key)].join(', ')}]` : ''
  return `${placeholder}${help}${variables}`
}
