/** Files that are written while a run lasts: its events as NDJSON, its requests as CSV. */
import type { Clock } from '../../base/clock.ts'
import { csvHead, csvRow } from './csv.ts'
import { lineOf, type RunEvent } from './event.ts'
import { type LineFile, openLineFile } from './line-file.ts'

export interface RunLog {
  /** Takes the next event; never waits, never throws. */
  take(event: RunEvent): void
  /** For those who can wait until what they gave is written. */
  room(): Promise<void>
  /** Resolves to what a person must be told: what could not be written, a sentence a file. */
  close(): Promise<readonly string[]>
}

/** Rejects when a file cannot be opened. */
export async function openSamplesLog(path: string, clock: Clock): Promise<RunLog> {
  const file = await openLineFile(path, { clock })
  return {
    take(event) {
      if (event.type === 'sample' || event.type === 'dropped') file.write(lineOf(event))
      else if (event.type === 'end') file.write(lineOf({ ...event, lost: file.lost }), 'must')
      else file.write(lineOf(event), 'must')
    },
    room: file.room,
    close: () => closed(file, path, 'lines'),
  }
}

/** Measured requests only. Rejects when the file cannot be opened. */
export async function openCsvLog(path: string, clock: Clock): Promise<RunLog> {
  const file = await openLineFile(path, { clock })
  file.write(csvHead)
  return {
    take(event) {
      if (event.type === 'sample' && event.isMeasured) file.write(csvRow(event.sample))
    },
    room: file.room,
    close: () => closed(file, path, 'rows'),
  }
}

async function closed(file: LineFile, path: string, what: string): Promise<readonly string[]> {
  const error = await file.close()
  const why = error
    ? (error.code ?? error.message)
    : 'the disk was slower than the load, and what waits is bounded'
  return file.lost > 0 ? [`${path}: ${file.lost} ${what} could not be written (${why}).`] : []
}
