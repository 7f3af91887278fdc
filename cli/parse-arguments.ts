/**
 * Arguments to flags and words, by yargs.
 *
 * A call that is plainly right needs only yargs' own parser (18 ms to load); help, a mistake or a
 * suggestion needs the rest of yargs (100 ms), which is loaded then.
 */
import parser from 'yargs-parser'
import { flagName, type OptionTable, type Shape } from '../base/option-table.ts'

export interface Arguments {
  /** Values by option key, only those given. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly words: readonly string[]
  /** Flags that the table does not have, as written. */
  readonly unknown: readonly string[]
  readonly help: boolean
  readonly version: boolean
}

const configuration = {
  'camel-case-expansion': false,
  'strip-dashed': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'boolean-negation': true,
  'greedy-arrays': false,
  'populate--': true,
  'unknown-options-as-args': true,
}

export function parseArguments(args: readonly string[], table: OptionTable): Arguments {
  const named = (shape: Shape) =>
    Object.entries(table)
      .filter(([, row]) => row.shape === shape)
      .map(([key]) => flagName(key).slice(2))
  const valued = ['text', 'number', 'list'].flatMap(shape => named(shape as Shape))
  const parsed = parser(joinDashes(args, valued), {
    string: [...named('text'), ...named('number')],
    boolean: [...named('flag'), 'help', 'version'],
    array: named('list').map(key => ({ key, string: true as const })),
    alias: { help: ['h'], version: ['v'] },
    configuration,
  })
  const flags: Record<string, unknown> = {}
  for (const [key, row] of Object.entries(table)) {
    const value = parsed[flagName(key).slice(2)]
    // Of an option that is written twice the last one counts; a list takes them all.
    if (value !== undefined) flags[key] = row.shape === 'list' ? value : [value].flat().at(-1)
  }
  const rest = parsed._.map(String)
  // yargs takes `--port.x` for a known flag, whatever is said about dots.
  const strays = Object.keys(parsed)
    .filter(name => name.includes('.'))
    .map(name => `--${name}`)
  return {
    flags,
    // What follows `--` is words, whatever it looks like.
    words: [...rest.filter(word => !isFlag(word)), ...(parsed['--'] ?? []).map(String)],
    unknown: [...rest.filter(isFlag), ...strays],
    help: parsed.help === true,
    version: parsed.version === true,
  }
}

/** `--json -` as `--json=-`: yargs would take the dash for a word. */
function joinDashes(args: readonly string[], valued: readonly string[]): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const flag = joined.at(-1)
    const isValue = arg === '-' && flag?.startsWith('--') && valued.includes(flag.slice(2))
    if (isValue && !joined.includes('--')) joined[joined.length - 1] = `${flag}=-`
    else joined.push(arg)
  }
  return joined
}

/** `-` alone is a word: standard input. */
function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-'
}
