/** `tokadence summarise FILE…`: documents in, summaries out in their order, with what each has cost. */
import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { formatDuration } from '../base/duration.ts'
import { findFiles } from '../base/find-files.ts'
import { OptionError } from '../base/option-error.ts'
import { choice, flag, integer, text } from '../base/option-table.ts'
import type { Failure } from '../client/index.ts'
import { clientOptions } from '../client/options.ts'
import { spentBefore } from '../client/saved-call.ts'
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
      help: 'Documents at work at once, and requests in flight at once, at most: by default 64 where the client finds its own pace, 5 with pace fixed.',
    }),
    maxTokens: integer(1, 100_000, { help: 'The most tokens of a summary.', fallback: 200 }),
    chunkTokens: integer(16, 10_000_000, {
      help: 'Longer documents are summarised in parts of up to so many tokens.',
      fallback: 8000,
    }),
    checkpoint: text({
      help: 'Keeps every answer in this file as it comes, so that a batch that was stopped or killed can go on.',
      label: 'FILE',
    }),
    resume: flag({
      help: "Goes on with the checkpoint's file if it is there: what is in it is not asked again.",
    }),
    order: choice(['input', 'completed'], {
      help: 'input: summaries in the order of the documents; completed: as they come.',
      fallback: 'input',
    }),
    json: flag({ help: 'Print all summaries and the total as one JSON document.' }),
  },

  async run({ options, words, signal, stdin, stdout, stderr }) {
    const { clientOf, paceLine } = await import('../client/index.ts')
    const { summariseDocuments, summarySettings } = await import('../client/summarise.ts')
    const { openCheckpoint } = await import('../client/checkpoint.ts')
    const { json, resume, checkpoint: file } = options
    if (resume && file === undefined) {
      throw new OptionError('resume', undefined, 'name the file to go on with: --checkpoint FILE')
    }
    const { concurrency = options.pace === 'adaptive' ? 64 : 5 } = options
    await using client = clientOf({ ...options, concurrency })
    const files = findFiles(words)
    let lost = nothingSpent
    using checkpoint =
      file === undefined
        ? undefined
        : openCheckpoint({
            file,
            settings: summarySettings(client, options),
            resume,
            onEarlier(line) {
              client.budget?.spend(spentBefore(line).nanoDollars ?? 0)
              if ('lost' in line) lost = addSpent(lost, spentBefore(line))
            },
          })
    const startedAtMs = client.clock.nowMs()
    const progress = createSummaryProgress({
      stderr,
      total: files.length,
      client,
      spentBefore: lost,
    })
    const sum = createSum(lost)

    if (json) stdout.write('{"summaries":[')
    try {
      const pipeline = summariseDocuments(
        client,
        files.map(name => documentOf(name, stdin)),
        { ...options, concurrency, checkpoint, signal, onProgress: progress.note },
      )
      for await (const summary of pipeline) {
        if (json) stdout.write(`${sum.documents > 0 ? ',' : ''}\n${JSON.stringify(summary)}`)
        else progress.aside(() => stdout.write(summaryText(summary)))
        sum.add(summary)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      progress.end()
    }

    const tookMs = client.clock.nowMs() - startedAtMs
    const pace = paceLine(client.limiter)
    const total = { ...sum.total, tookMs, pace }
    if (json) stdout.write(`\n],\n"total":${JSON.stringify(total)}}\n`)
    else {
      stdout.write(`${sum.failureLines}${totalLine(sum, tookMs)}\n`)
      if (pace !== undefined) stdout.write(`pace: ${pace}\n`)
    }
    if (signal.aborted && file !== undefined) {
      stderr.write(`tokadence: what was answered is in ${file}; go on with --resume\n`)
    }
    return signal.aborted ? exitCode.interrupted : sum.exitCode
  },
})

function documentOf(name: string, stdin: NodeJS.ReadableStream): DocumentSource {
  return name === '-'
    ? { name: 'standard input', read: () => readAll(stdin) }
    : { name, read: () => readFile(name, 'utf8') }
}

function summaryText(summary: DocumentSummary): string {
  const { index, name, title, text, error, spent, isResumed, tookMs } = summary
  const head = `${index + 1}. ${title ?? name}${title === undefined ? '' : ` (${name})`}`
  if (error) return `${head}\n   failed: ${error.message}\n\n`
  const took = isResumed ? 'from the checkpoint' : formatDuration(tookMs)
  const sum = [tokenWords(spent), costWords(spent.nanoDollars), took].join(' · ')
  return `${head}\n   ${text?.trim().replaceAll('\n', '\n   ')}\n   ${sum}\n\n`
}

function totalLine({ total, failed }: Sum, tookMs: number): string {
  const { summarised, resumed, requests, retries, rateLimited } = total
  return [
    `${summarised} summarised${resumed > 0 ? ` (${resumed} from the checkpoint)` : ''}`,
    `${failed} failed`,
    tokenWords(total),
    costWords(total.nanoDollars),
    `${requests} requests, ${retries} retries, ${rateLimited} × 429`,
    formatDuration(tookMs),
  ].join(' · ')
}

type Sum = ReturnType<typeof createSum>

/** Failures that are told again at the end; those beyond are counted. */
const TOLD_FAILURES = 20

/** Adds up documents one by one, so that none need be kept. `lost`: what earlier runs paid for nothing. */
function createSum(lost: Spent) {
  let spent = lost
  let documents = 0
  let resumed = 0
  let failed = 0
  let unreachable = 0
  let firstFailure: Failure | undefined
  const told: string[] = []

  return {
    add({ name, error, isResumed, spent: more }: DocumentSummary): void {
      documents++
      spent = addSpent(spent, more)
      if (isResumed) resumed++
      if (!error) return
      failed++
      firstFailure ??= error.failure
      if (error.failure && isUnreachable(error.failure)) unreachable++
      if (told.length < TOLD_FAILURES) told.push(`  ${name}: ${error.message.split('\n')[0]}\n`)
    },
    get documents() {
      return documents
    },
    get failed() {
      return failed
    },
    get total() {
      return { summarised: documents - failed, failed, resumed, ...spent }
    },
    /** What went wrong once more, where it is not far up. */
    get failureLines(): string {
      if (failed === 0) return ''
      const more = failed > told.length ? `  … and ${failed - told.length} more\n` : ''
      return `${failed} of ${documents} failed:\n${told.join('')}${more}\n`
    },
    /** One that failed is enough for 1; nobody there at all is 3. */
    get exitCode(): ExitCode {
      if (failed === 0) return exitCode.ok
      return unreachable === documents ? exitCodeOf(firstFailure) : exitCode.unexpected
    },
  }
}
