/** `tokadence torture`: clients against a server that goes wrong, and the score card of what they make of it. */
import { OptionError } from '../base/option-error.ts'
import type { Card } from '../bench/torture/card.ts'
import { tortureOptions } from '../bench/torture/options.ts'
import { type Call, defineCommand, type ExitCode, exitCode } from './command.ts'
import { checkOutput, writeOutput } from './output-file.ts'

type TortureCall = Call<typeof tortureOptions>

export const command = defineCommand({
  name: 'torture',
  summary: 'clients against a server that goes wrong in some 65 ways; a score card of each',
  options: tortureOptions,

  async run(call) {
    const { options, signal, stdout, stderr } = call
    const { tortureWith } = await import('../bench/torture/run.ts')
    const { formatTable } = await import('../bench/torture/reporters/table.ts')
    const { paintFor } = await import('../bench/reporters/paint.ts')
    for (const path of options.out) formatOf(path, call)
    for (const path of options.out) await checkOutput('out', path, call)
    const isWatched = stderr.isTTY === true && !process.env.CI
    const card = await tortureWith(options, {
      environment: process.env,
      signal,
      ...(isWatched && {
        onProgress: ({ done, of }) =>
          stderr.write(`\r\u001b[K${done < of ? `${done} of ${of}` : ''}`),
      }),
    })
    stdout.write(`${formatTable(card, paintFor(stdout, process.env))}\n`)
    for (const path of options.out) {
      await writeOutput('out', path, await formatOf(path, call)(card), call)
      stdout.write(`score card: ${path}\n`)
    }
    return verdict(card, options.minScore)
  },
})

type Format = (card: Card) => Promise<string>

const formats: Readonly<Record<string, Format>> = {
  md: async card => (await import('../bench/torture/reporters/markdown.ts')).formatMarkdown(card),
  html: async card => (await import('../bench/torture/reporters/html.ts')).formatHtml(card),
  json: async card => `${JSON.stringify(card, null, 2)}\n`,
}

function formatOf(path: string, { origins }: TortureCall): Format {
  const ending = /\.(\w+)$/.exec(path)?.[1] ?? ''
  const format = Object.hasOwn(formats, ending) ? formats[ending] : undefined
  if (format) return format
  const allowed = 'write a file that ends in .md, .json or .html'
  throw new OptionError('out', path, allowed, { origin: origins.out })
}

function verdict({ clients, interrupted }: Card, minScore: number | undefined): ExitCode {
  if (interrupted) return exitCode.interrupted
  if (clients.length === 0) return exitCode.invalid
  const isMissed = minScore !== undefined && clients.some(({ percent }) => percent < minScore)
  return isMissed ? exitCode.missed : exitCode.ok
}
