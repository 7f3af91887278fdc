/** `tokadence lint FILE…`: whether fixture files can be used, and what in them is hardly meant. */
import { OptionError } from '../base/option-error.ts'
import { flag } from '../base/option-table.ts'
import { defineCommand, exitCode } from './command.ts'

export const command = defineCommand({
  name: 'lint',
  summary: 'checks fixture files: every fault with its place, and handlers that are never reached',
  words: {
    label: 'FILE…',
    help: 'files and folders of fixtures, in the order in which serve is given them',
    required: false,
  },
  options: {
    schema: flag({ help: 'Prints the JSON schema of fixture files instead.' }),
    json: flag({ help: 'Prints JSON.' }),
  },

  async run({ options: { schema, json }, words, stdout }) {
    if (schema) {
      const { fixtureSchema } = await import('../mock-server/fixtures/schema.ts')
      stdout.write(`${JSON.stringify(fixtureSchema(), null, 2)}\n`)
      return exitCode.ok
    }
    if (words.length === 0) {
      throw new OptionError('words', undefined, 'write FILE… after the command', { origin: 'lint' })
    }
    const { checkFixtures, readFixtureFiles } = await import('../mock-server/fixtures/load.ts')
    const { doubtsAbout } = await import('../mock-server/fixtures/lint.ts')
    const { files } = await readFixtureFiles(words)
    const checked = await Promise.all(files.map(checkFixtures))
    const faults = checked.flatMap(file => file.faults.map(({ message }) => message))
    const handlers = checked.flatMap(file => file.handlers)
    const doubts = doubtsAbout(handlers).map(({ origin, why }) => `${origin}: doubtful: ${why}`)

    if (json) {
      const all = { files: files.length, handlers: handlers.length, faults, doubts }
      stdout.write(`${JSON.stringify(all, null, 2)}\n`)
    } else {
      const sum = [
        counted(files.length, 'file'),
        counted(handlers.length, 'good handler'),
        counted(faults.length, 'fault'),
        counted(doubts.length, 'doubt'),
      ]
      stdout.write(`${[...faults, ...doubts, sum.join(' · ')].join('\n')}\n`)
    }
    return faults.length > 0 ? exitCode.usage : exitCode.ok
  },
})

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
