/** A run from its file: a summary (`bench --json`), or its samples (`bench --samples`). */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { OptionError } from '../../base/option-error.ts'
import type { Random } from '../../base/random.ts'
import { type TimeName, timeNames } from '../measure.ts'
import { samplesSchema } from '../samples/event.ts'
import { readEvents } from '../samples/read.ts'
import { replay } from '../samples/replay.ts'
import { type Summary, summarySchema } from '../summary.ts'
import type { Bins } from '../tally.ts'
import type { Block } from './block.ts'
import { type Conditions, conditionsOf } from './conditions.ts'
import { drawBlocks, type Evidence, evidenceOfBlocks } from './evidence.ts'
import { evidenceOfHistograms } from './evidence-of-histograms.ts'
import { createSeries } from './series.ts'
import { createTurnBlocks } from './turn-blocks.ts'

export interface RunFile {
  readonly from: 'samples' | 'summary'
  readonly evidence: Evidence
  readonly conditions: Conditions
  /** Of a run by turns: a block each turn; else empty. */
  readonly turns: readonly Block[]
  readonly summary: Summary
}

/** Throws OptionError for a file that is no run. */
export async function readRun(path: string, random: Random): Promise<RunFile> {
  const beginning = await beginningOf(path)
  return beginning.includes(samplesSchema)
    ? await readSamples(path, random)
    : await readSummary(path, random)
}

async function readSamples(path: string, random: Random): Promise<RunFile> {
  const series = createSeries()
  const turns = createTurnBlocks()
  const summary = await replay(readEvents(path), event => {
    turns.take(event)
    if (event.type === 'sample' && event.isMeasured) series.record(event.sample)
  })
  const blocks = series.blocks()
  const evidence = evidenceOfBlocks(blocks, drawBlocks(blocks.length, random))
  const conditions = conditionsOf(summary)
  return { from: 'samples', evidence, conditions, turns: turns.blocks, summary }
}

async function readSummary(path: string, random: Random): Promise<RunFile> {
  const text = await readFile(path, 'utf8').catch(cause => {
    throw unreadable(path, cause)
  })
  const found = parsed(text)
  if (found?.schema !== summarySchema || !found.histograms || !found.counts) {
    throw new OptionError('words', path, 'name a file that bench wrote with --json or --samples')
  }
  // The schema says that all of it is there.
  const summary = found as Summary
  const { histograms, dots, counts, ...rest } = summary
  const bins = timeNames.map(name => [name, histograms[`${name}Ms`] ?? []] as const)
  const evidence = evidenceOfHistograms(
    {
      bins: Object.fromEntries(bins) as Record<TimeName, Bins>,
      stats: name => rest[`${name}Ms`],
      dots,
      requests: counts.sent,
      errors: counts.failed + counts.cut,
    },
    random,
  )
  const conditions = conditionsOf({ ...rest, counts })
  return { from: 'summary', evidence, conditions, turns: [], summary }
}

const beginningBytes = 200

async function beginningOf(path: string): Promise<string> {
  const input = createReadStream(path, { encoding: 'utf8', end: beginningBytes })
  let text = ''
  try {
    for await (const piece of input) text += piece
    return text
  } catch (cause) {
    throw unreadable(path, cause)
  } finally {
    input.destroy()
  }
}

function unreadable(path: string, cause: unknown): OptionError {
  const { code, message } = cause as NodeJS.ErrnoException
  return new OptionError('words', path, `the file cannot be read (${code ?? message})`, { cause })
}

/** Undefined for what is no JSON object. */
function parsed(text: string): Partial<Summary> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}
