/** A run's JSON, read back. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { OptionError } from '../../base/option-error.ts'
import { type Summary, summarySchema } from '../summary.ts'
import { samplesSchema } from './event.ts'

/** Undefined for a samples file. Throws OptionError for what is neither. */
export async function readSummaryFile(path: string): Promise<Summary | undefined> {
  const allowed = `name a file that bench wrote with --samples (${samplesSchema}) or --json (${summarySchema})`
  try {
    const begin = await beginOf(path)
    if (begin.includes(`"schema":"${samplesSchema}"`)) return undefined
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    const { schema } = (value ?? {}) as Partial<Summary>
    // Its parts are shown and not reckoned with.
    if (schema === summarySchema) return value as Summary
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = cause instanceof SyntaxError ? allowed : `the file cannot be read (${code})`
    throw new OptionError('words', path, why, { cause })
  }
  throw new OptionError('words', path, allowed)
}

async function beginOf(path: string): Promise<string> {
  const input = createReadStream(path, { encoding: 'utf8', end: 199 })
  let text = ''
  for await (const piece of input) text += piece
  return text
}
