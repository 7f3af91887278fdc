/**
 * A folder of recordings: all of them checked and indexed at the start, each read when it is to be
 * played. Several of the same request are played in order, and the last again and again.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { OptionError } from '../../base/option-error.ts'
import { createKept } from './kept.ts'
import { requestKey } from './match.ts'
import { createRecordingReader } from './parse-recording.ts'
import { type RecordedRequest, type Recording, RecordingError } from './recording.ts'

export interface Entry {
  /** The file's name; '' while it is being written. */
  readonly name: string
  readonly request: Pick<RecordedRequest, 'method' | 'path'>
  /** Resolves to what it holds. Rejects when the file is gone or broken by now. */
  read(): Promise<Recording>
}

export interface Library {
  /** The recording whose turn it is for the request with this key; undefined: there is none. */
  next(key: string): Entry | undefined
  /** Takes in what is being saved: it can be played at once, and is forgotten if saving it fails. */
  add(recording: Recording, saved: Promise<string>): void
  /** All of them, in the order of their names. */
  entries(): readonly Entry[]
  /** From here on every request begins with its first recording again. */
  rewind(): void
}

interface Shelf {
  readonly entries: Entry[]
  played: number
}

/** What was read is kept up to this many bytes, so that load on one recording is no load on the disk. */
const MAX_KEPT_BYTES = 64 * 2 ** 20

/** Throws OptionError for a folder that is not there, or a file in it that is no recording, with its place. */
export async function openLibrary(folder: string): Promise<Library> {
  const shelves = new Map<string, Shelf>()
  const all: Entry[] = []
  const kept = createKept<Entry, Recording>(MAX_KEPT_BYTES, sizeOf)

  function shelve(key: string, entry: Entry): void {
    all.push(entry)
    const shelf = shelves.get(key)
    if (shelf) shelf.entries.push(entry)
    else shelves.set(key, { entries: [entry], played: 0 })
  }

  function forget(key: string, entry: Entry): void {
    const shelf = shelves.get(key)
    for (const list of [all, shelf?.entries ?? []]) {
      const place = list.indexOf(entry)
      if (place >= 0) list.splice(place, 1)
    }
    if (shelf?.entries.length === 0) shelves.delete(key)
  }

  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    const { request } = await readRecording(path).catch(error => {
      if (!(error instanceof RecordingError)) throw error
      throw new OptionError('replay', undefined, error.why, { origin: error.place, cause: error })
    })
    const entry: Entry = {
      name,
      request: { method: request.method, path: request.path },
      read: () => kept.get(entry, () => readRecording(path)),
    }
    shelve(requestKey(request), entry)
  }

  return {
    next(key) {
      const shelf = shelves.get(key)
      return shelf?.entries[Math.min(shelf.played++, shelf.entries.length - 1)]
    },
    add(recording, saved) {
      const { request } = recording
      const key = requestKey(request)
      const entry = {
        name: '',
        request: { method: request.method, path: request.path },
        read: (): Promise<Recording> => kept.get(entry, async () => readRecording(await saved)),
      }
      kept.put(entry, recording)
      shelve(key, entry)
      saved.then(
        path => {
          entry.name = basename(path)
        },
        () => forget(key, entry),
      )
    },
    entries: () => all,
    rewind() {
      for (const shelf of shelves.values()) shelf.played = 0
    },
  }
}

/** The recordings' names in order, numbers by their value; other files are none of ours. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(cause => {
    throw new OptionError('replay', folder, `the folder cannot be read (${cause.code})`, { cause })
  })
  const { compare } = new Intl.Collator('en', { numeric: true })
  return names.filter(name => name.endsWith('.jsonl') && !name.startsWith('.')).sort(compare)
}

/** No recording of ours is larger, however it had to be written. */
const MAX_FILE_BYTES = 256 * 2 ** 20
/** How much is parsed before others have a turn. */
const BYTES_A_TURN = 2 ** 20

/** Reads a file without holding up the event loop. Throws RecordingError, or the system's error. */
export async function readRecording(path: string): Promise<Recording> {
  const { size } = await stat(path)
  if (size > MAX_FILE_BYTES) {
    throw new RecordingError(path, { line: 1 }, `the file is larger than ${MAX_FILE_BYTES} bytes`)
  }
  const bytes = await readFile(path)
  const reader = createRecordingReader(path)
  let turnEnds = BYTES_A_TURN
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline < 0 ? bytes.length : newline
    reader.line(bytes.toString('utf8', start, end))
    start = end + 1
    if (start < turnEnds) continue
    turnEnds = start + BYTES_A_TURN
    await nextTurn()
  }
  return reader.end()
}

/** Each chunk is held twice: as it was read, and as it goes over the wire. */
function sizeOf({ chunks }: Recording): number {
  return chunks.reduce((sum, { bytes }) => sum + 2 * bytes.length, 1024)
}
