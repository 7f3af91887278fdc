/**
 * A file that is written line by line while something else must not wait for it: one write at a time, of whole
 * lines, what waits is bounded, and what does not fit is counted instead of kept.
 */
import { type FileHandle, open } from 'node:fs/promises'
import type { Clock } from '../../base/clock.ts'

export interface LineFile {
  /** False: too much is waiting already, or the file is broken; the line is lost. `must` lines always wait. */
  write(line: string, must?: 'must'): boolean
  readonly lost: number
  /** Resolves when a batch has room; for those who can wait. */
  room(): Promise<void>
  /** Writes what waits and closes the file. Resolves to the first error of writing, undefined: all is there. */
  close(): Promise<NodeJS.ErrnoException | undefined>
}

export interface LineFileOptions {
  readonly clock: Clock
  /** What may wait to be written, in characters. */
  readonly maxWaiting?: number
}

const batchLength = 256 * 1024
/** A line waits no longer than this for others, so that a run that is killed loses little. */
const lingerMs = 100

/** Empties the file. Rejects when it cannot be opened. */
export async function openLineFile(
  path: string,
  { clock, maxWaiting = 32 * 1024 * 1024 }: LineFileOptions,
): Promise<LineFile> {
  const file = await open(path, 'w')
  let waiting: string[] = []
  let length = 0
  let lost = 0
  let broken: NodeJS.ErrnoException | undefined
  let writing: Promise<void> | undefined
  let cancelLinger: (() => void) | undefined

  function pump(): void {
    cancelLinger?.()
    cancelLinger = undefined
    if (writing || length === 0) return
    writing = writeAll().finally(() => {
      writing = undefined
    })
  }
  async function writeAll(): Promise<void> {
    while (length > 0 && !broken) {
      const lines = waiting
      waiting = []
      length = 0
      await append(file, lines)
      if (length < batchLength) break
    }
    if (length > 0) linger()
  }
  async function append(to: FileHandle, lines: readonly string[]): Promise<void> {
    try {
      await to.appendFile(`${lines.join('\n')}\n`)
    } catch (error) {
      broken = error as NodeJS.ErrnoException
      lost += lines.length
    }
  }
  function linger(): void {
    cancelLinger ??= clock.after(lingerMs, () => {
      cancelLinger = undefined
      pump()
    })
  }

  return {
    get lost() {
      return lost
    },
    write(line, must) {
      if (broken || (length + line.length > maxWaiting && must === undefined)) {
        lost++
        return false
      }
      waiting.push(line)
      length += line.length + 1
      if (length >= batchLength) pump()
      else linger()
      return true
    },
    async room() {
      while (length >= batchLength && !broken) {
        pump()
        await writing
      }
    },
    async close() {
      while ((length > 0 || writing) && !broken) {
        pump()
        await writing
      }
      cancelLinger?.()
      lost += waiting.length
      await file.close()
      return broken
    },
  }
}
