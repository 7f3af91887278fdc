/**
 * What a batch has finished, on disk: a line of JSON for each answer, so that a batch that was killed goes on
 * where it was, with nothing lost and nothing asked twice.
 *
 * A line is written as soon as its answer is whole, in one write, which a killed process cannot take back;
 * then it is made safe against a loss of power (many at a time), and only then given out. What was asked and
 * not yet written when the process died is asked again, under the same key.
 */

import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { OptionError } from '../base/option-error.ts'
import { isObject, readLines } from './checkpoint-lines.ts'
import { takeLock } from './checkpoint-lock.ts'

export interface CheckpointOptions {
  readonly file: string
  /** What shapes every answer, by name: a file that was written under other settings is refused. */
  readonly settings: Readonly<Record<string, string | number | undefined>>
  /** Goes on with the file if it is there; without it a file that is there is refused. */
  readonly resume?: boolean | undefined
  /** Told of every line that earlier runs left, in order. */
  readonly onEarlier?: ((line: { value: unknown } | { lost: unknown }) => void) | undefined
}

export interface Checkpoint extends Disposable {
  /** The batch's own, through all of its runs: no two batches ask under the same key. */
  readonly id: string
  /** What was saved under `key`, in this run or an earlier one; undefined: nothing. */
  get(key: string): unknown
  /** Resolves when it is on the disk. Rejects when the disk is full, or the like: then nothing is given out. */
  save(key: string, value: unknown): Promise<void>
  /** The same for what is paid and no answer: it is added to what was spent, and asked again by the next run. */
  saveLoss(key: string, spent: unknown): Promise<void>
  /** Answers in the file. */
  readonly size: number
}

const syncLater = promisify(fdatasync)

/**
 * Throws OptionError for a file that must not be gone on with or that another process writes, and what the disk
 * says.
 */
export function openCheckpoint(options: CheckpointOptions): Checkpoint {
  const { file, resume = false } = options
  const unlock = takeLock(file)
  let fd: number | undefined
  try {
    fd = openFile(file, resume)
    return checkpointOf(fd, options, unlock)
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    unlock()
    throw error
  }
}

function checkpointOf(
  fd: number,
  { file, settings, onEarlier }: CheckpointOptions,
  unlock: () => void,
): Checkpoint {
  /** Where a key's line begins, and its bytes: answers stay on the disk until they are asked for. */
  const places = new Map<string, readonly [at: number, length: number]>()
  let id = ''
  let end = 0
  let isClosed = false
  let syncing: Promise<void> | undefined
  let nextSync: Promise<void> | undefined

  load()
  if (end === 0) {
    id = randomUUID()
    append({ tokadence: 'checkpoint', version: VERSION, id, settings })
    fsyncSync(fd)
    syncFolder(file)
  }

  function load(): void {
    for (const { json, at, length, number } of readLines(fd)) {
      if (number === 1) {
        id = idOf(file, json, settings)
      } else if (isObject(json) && typeof json.key === 'string') {
        const { key, value, lost } = json
        if ('value' in json) places.set(key, [at, length])
        onEarlier?.('value' in json ? { value } : { lost })
      } else {
        throw new OptionError('checkpoint', file, `line ${number} is no line of a checkpoint`)
      }
      end = at + length + 1
    }
    // Half a line that a dying process or machine left behind; or a whole one that lacks its end.
    ftruncateSync(fd, end)
    if (end > 0 && lastByte(fd, end) !== NEWLINE) writeSync(fd, '\n', end - 1)
  }

  /** In one piece, or not at all. */
  function append(line: unknown): readonly [number, number] {
    if (isClosed) throw new Error(`${file} is closed.`)
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    const at = end
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(fd, bytes, done, bytes.length - done, at + done)
      }
    } catch (error) {
      ftruncateSync(fd, at)
      throw error
    }
    end += bytes.length
    return [at, bytes.length - 1]
  }

  /** One sync at a time; who comes during one shares the next. */
  function synced(): Promise<void> {
    if (!syncing) {
      syncing = syncLater(fd).finally(() => {
        syncing = undefined
      })
      return syncing
    }
    nextSync ??= syncing
      .catch(() => undefined)
      .then(() => {
        nextSync = undefined
        return synced()
      })
    return nextSync
  }

  return {
    id,
    get(key) {
      const place = places.get(key)
      if (!place) return undefined
      const [at, length] = place
      const bytes = Buffer.alloc(length)
      readSync(fd, bytes, 0, length, at)
      return JSON.parse(bytes.toString()).value
    },
    async save(key, value) {
      places.set(key, append({ key, value }))
      await synced()
    },
    async saveLoss(key, spent) {
      append({ key, lost: spent })
      await synced()
    },
    get size() {
      return places.size
    },
    [Symbol.dispose]() {
      if (isClosed) return
      isClosed = true
      fsyncSync(fd)
      closeSync(fd)
      unlock()
    },
  }
}

const VERSION = 1
const NEWLINE = 10

function openFile(file: string, resume: boolean): number {
  try {
    return openSync(file, 'wx+', 0o600)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  if (resume) return openSync(file, 'r+')
  const advice = 'the file is there: add --resume to go on with it, or name another'
  throw new OptionError('checkpoint', file, advice)
}

/** The batch's id, of a head that may be gone on with. */
function idOf(file: string, json: unknown, settings: CheckpointOptions['settings']): string {
  if (!isObject(json) || json.tokadence !== 'checkpoint' || typeof json.id !== 'string') {
    throw new OptionError('checkpoint', file, 'the file is no checkpoint')
  }
  if (json.version !== VERSION) {
    const advice = `it is of version ${json.version}, and this program writes ${VERSION}`
    throw new OptionError('checkpoint', file, advice)
  }
  const was = isObject(json.settings) ? json.settings : {}
  const changes = [...new Set([...Object.keys(was), ...Object.keys(settings)])]
    .filter(name => was[name] !== settings[name])
    .map(name => `${name} was ${was[name]} and is ${settings[name]}`)
  if (changes.length === 0) return json.id
  const advice = `it was written under other settings (${changes.join(', ')}): use those, or name another file`
  throw new OptionError('checkpoint', file, advice)
}

function lastByte(fd: number, end: number): number {
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, end - 1)
  return byte[0]!
}

/** A new file is safe only when its folder is: Windows knows no such thing. */
function syncFolder(file: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
