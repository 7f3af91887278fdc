/** What a cadence is fitted to: a folder of recordings, or the JSON of a load run. */
import { readFile, stat } from 'node:fs/promises'
import { OptionError, type Origin } from '../base/option-error.ts'
import { type Summary, summarySchema } from '../bench/summary.ts'
import { openLibrary } from '../mock-server/record/library.ts'
import {
  createObserver,
  type Observed,
  scaled,
  scaleWarning,
  tokensAnEvent,
} from '../mock-server/record/observe.ts'

export interface Source {
  /** A folder or a file. */
  readonly from: string
  readonly model: string | undefined
  /** Where `from` was written. */
  readonly origin: Origin | undefined
}

/** Throws OptionError for what cannot be read, with its place. */
export async function observe({ from, model, origin }: Source): Promise<Observed> {
  const found = await stat(from).catch(cause => {
    throw new OptionError('from', from, `it cannot be read (${cause.code})`, { origin, cause })
  })
  if (!found.isDirectory()) return observeRun(await readSummary(from, origin))
  const library = await openLibrary(from)
  const observer = createObserver(model)
  for (const entry of library.entries()) observer.add(await entry.read())
  return observer.observed()
}

async function readSummary(path: string, origin: Origin | undefined): Promise<Summary> {
  const refuse = (why: string, cause?: unknown) =>
    new OptionError('from', path, why, { origin, cause })
  let summary: Partial<Summary> | null
  try {
    summary = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw refuse('name a folder of recordings, or a file that bench --json wrote', cause)
  }
  if (summary?.schema !== summarySchema || !summary.histograms) {
    throw refuse(`the file is no result of bench --json (schema ${summarySchema})`)
  }
  return summary as Summary
}

function observeRun({ histograms, tokens, counts, load, target }: Summary): Observed {
  const { output, contentChunks, source } = tokens
  const each = source === 'usage' ? tokensAnEvent(output, contentChunks) : 1
  const isLoaded = load.connections > 1
  return {
    ttftMs: histograms.ttftMs,
    itlMs: scaled(histograms.itlMs, each),
    tokens: counts.ok > 0 ? [[output / counts.ok, counts.ok]] : [],
    source: `a load run of ${counts.ok} streams of ${target.model}`,
    warnings: [
      ...scaleWarning(each),
      ...(counts.ok > 0 ? ['a load run keeps only the mean of the lengths'] : []),
      ...(isLoaded
        ? [`measured under ${load.connections} connections: what the load added is in the pace`]
        : []),
    ],
  }
}
