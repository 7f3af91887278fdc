/** `tokadence summarise FILE…`: documents in, summaries out in their order, with what each has cost. */
import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { formatDuration } from '../base/duration.ts'
import { flag, integer } from '../base/option-table.ts'
import { clientOptions } from '../client/options.ts'
import { addSpent, nothingSpent, type Spent } from '../client/spent.ts'
import type { DocumentSource, DocumentSummary } from '../client/summarise.ts'
import { costWords, exitCodeOf, isUnreachable, tokenWords } from './call-lines.ts'
import { defineCommand, type ExitCode, exitCode } from './command.ts'
import { createSummaryProgress } from './summary-progress.ts'

export const command = defineCommand({
  name: 'summarise',
  summary: 'summarises documents: concurrency, retries, progress, cost of each and in total',
  words: { label: 'FILE…', help: 'the documents; - is standard input', required: true },
  options: {
    ...clientOptions,
    concurrency: integer(1, 10_000, {
      help: 'Documents at work at once, and requests in flight at once.',
      fallback: 5,
    }),
    maxTokens: integer(1, 100_000, { help: 'The most tokens of a summary.', fallback: 200 }),
    chunkTokens: integer(16, 10_000_000, {
      help: 'Longer documents are summarised in parts of up to so many tokens.',
      fallback: 8000,
    }),
    json: flag({ help: 'Print all summaries and the total as one JSON document.' }),
  },

  async run({ options, words, signal, stdin, stdout, stderr }) {
    const { clientOf } = await import('../client/index.ts')
    const { summariseDocuments } = await import('../client/summarise.ts')
    const { json } = options
    await using client = clientOf(options)
    const startedAtMs = client.clock.nowMs()
    const documents = words.map(name => documentOf(name, stdin))
    const progress = createSummaryProgress(stderr, documents.length)
    const summaries: DocumentSummary[] = []

    try {
      const pipeline = summariseDocuments(client, documents, {
        ...options,
        signal,
        onProgress: progress.note,
      })
      for await (const summary of pipeline) {
        summaries.push(summary)
        if (!json) progress.aside(() => stdout.write(summaryText(summary)))
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      progress.clear()
    }

    const spent = summaries.map(summary => summary.spent).reduce(addSpent, nothingSpent)
    const tookMs = client.clock.nowMs() - startedAtMs
    if (json)
      stdout.write(`${JSON.stringify({ summaries, total: { ...spent, tookMs } }, null, 2)}\n`)
    else stdout.write(`${totalLine(summaries, spent, tookMs)}\n`)
    return signal.aborted ? exitCode.interrupted : exitCodeOfAll(summaries)
  },
})

function documentOf(name: string, stdin: NodeJS.ReadableStream): DocumentSource {
  return name === '-'
    ? { name: 'standard input', read: () => readAll(stdin) }
    : { name, read: () => readFile(name, 'utf8') }
}

function summaryText({ index, name, title, text, error, spent, tookMs }: DocumentSummary): string {
  const head = `${index + 1}. ${title ?? name}${title === undefined ? '' : ` (${name})`}`
  if (error) return `${head}\n   failed: ${error.message}\n\n`
  const sum = [tokenWords(spent), costWords(spent.nanoDollars), formatDuration(tookMs)].join(' · ')
  return `${head}\n   ${text?.trim().replaceAll('\n', '\n   ')}\n   ${sum}\n\n`
}

function totalLine(summaries: readonly DocumentSummary[], spent: Spent, tookMs: number): string {
  const failed = summaries.filter(({ error }) => error).length
  return [
    `${summaries.length - failed} summarised`,
    `${failed} failed`,
    tokenWords(spent),
    costWords(spent.nanoDollars),
    `${spent.requests} requests, ${spent.retries} retries, ${spent.rateLimited} × 429`,
    formatDuration(tookMs),
  ].join(' · ')
}

/** One that failed is enough for 1; nobody there at all is 3. */
function exitCodeOfAll(summaries: readonly DocumentSummary[]): ExitCode {
  const failures = summaries.flatMap(({ error }) => (error ? [error.failure] : []))
  if (failures.length === 0) return exitCode.ok
  const isDead = failures.every(failure => failure && isUnreachable(failure))
  return isDead && failures.length === summaries.length
    ? exitCodeOf(failures[0])
    : exitCode.unexpected
}
