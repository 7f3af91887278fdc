import { expect, test } from 'vitest'
import { flag, integer, list, text } from '../../../base/option-table.ts'
import { parseArguments } from '../../../cli/parse-arguments.ts'

const help = 'Says what it is.'
const table = {
  port: integer(0, 65_535, { help }),
  apiKey: list({ help }),
  modelName: text({ help }),
  json: flag({ help }),
}

test.each([
  // arguments, flags
  [['--port', '5'], { port: '5' }],
  [['--port=5'], { port: '5' }],
  [['--port', '1', '--port', '2'], { port: '2' }], // the last one counts
  [['--port'], { port: '' }], // refused by the table later
  [['--json'], { json: true }],
  [['--no-json'], { json: false }],
  [['--json', '--json'], { json: true }],
  [['--model-name', '007'], { modelName: '007' }], // texts stay texts
  [['--model-name=a=b'], { modelName: 'a=b' }],
  [['--model-name', '-'], { modelName: '-' }], // standard input or output
  [['--api-key', 'a'], { apiKey: ['a'] }],
  [['--api-key', 'a', '--api-key', 'b,c'], { apiKey: ['a', 'b,c'] }], // a list takes them all
])('%j gives %j', (args, flags) => {
  const { unknown, words, ...parsed } = parseArguments(args, table)
  expect(parsed).toEqual({ flags, help: false, version: false })
  expect([unknown, words]).toEqual([[], []])
})

test.each([
  [
    ['one', 'two'],
    ['one', 'two'],
  ],
  [['--json', 'one'], ['one']], // a flag takes no word
  [['--api-key', 'a', 'one'], ['one']], // a list takes one text at a time
  [['-'], ['-']], // standard input
  [['007'], ['007']],
  [
    ['--', '--port', '-x'],
    ['--port', '-x'],
  ], // after -- everything is a word
])('%j has the words %j', (args, words) => {
  const parsed = parseArguments(args, table)
  expect([parsed.words, parsed.unknown]).toEqual([words, []])
})

test.each([
  [['--prot', '5'], ['--prot'], ['5']],
  [['-x'], ['-x'], []],
  [['--modelName', 'm'], ['--modelName'], ['m']], // flags are spelt with dashes
  [['--port.x=1'], ['--port.x'], []],
])('%j has the unknown flags %j', (args, unknown, words) => {
  const parsed = parseArguments(args, table)
  expect([parsed.unknown, parsed.words, parsed.flags]).toEqual([unknown, words, {}])
})

test.each([
  [['--help'], true, false],
  [['-h'], true, false],
  [['--version'], false, true],
  [['-v'], false, true],
])('%j asks for help %s, version %s', (args, help, version) => {
  const parsed = parseArguments(args, table)
  expect([parsed.help, parsed.version, parsed.unknown]).toEqual([help, version, []])
})
