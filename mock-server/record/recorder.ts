/**
 * Recordings into a folder, whole or not at all: written under another name, flushed to the disk, and
 * only then named. What a process that was killed leaves behind is swept at the next start.
 */
import { link, mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { OptionError } from '../../base/option-error.ts'
import { requestKey } from './match.ts'
import { type RecordedRequest, type Recording, recordingLines } from './recording.ts'

export interface Recorder {
  /**
   * Resolves to the file's path once it is on the disk; rejects with the system's error. One is
   * written at a time, in the order of the calls.
   */
  save(recording: Recording): Promise<string>
  /** Resolves when everything that was to be saved is saved or lost. */
  settled(): Promise<void>
}

const UNFINISHED = /^\.recording-.*\.tmp$/
/** `post-chat-completions-3f2a91c04b77de10-0001.jsonl`: what was asked, its key, and which of its answers. */
const NAMED = /-([0-9a-f]{16})-(\d{4,})\.jsonl$/

/** Makes the folder if need be and sweeps it. Throws OptionError for one that cannot be written to. */
export async function openRecorder(folder: string): Promise<Recorder> {
  const lastOrdinal = await prepare(folder).catch(cause => {
    const why = `the folder cannot be written to (${cause.code})`
    throw new OptionError('record', folder, why, { cause })
  })
  let unfinished = 0
  let last: Promise<unknown> = Promise.resolve()

  async function write(recording: Recording): Promise<string> {
    const temporary = join(folder, `.recording-${process.pid}-${++unfinished}.tmp`)
    await writeFlushed(temporary, recordingLines(recording))
    try {
      return await nameIt(temporary, recording.request)
    } catch (error) {
      await unlink(temporary).catch(() => undefined) // the first error is the one to tell
      throw error
    }
  }

  async function nameIt(temporary: string, request: RecordedRequest): Promise<string> {
    const key = requestKey(request)
    for (;;) {
      const ordinal = (lastOrdinal.get(key) ?? 0) + 1
      lastOrdinal.set(key, ordinal)
      const name = `${slugOf(request)}-${key}-${String(ordinal).padStart(4, '0')}.jsonl`
      const path = join(folder, name)
      if (!(await moveTo(temporary, path))) continue
      await flushFolder(folder)
      return path
    }
  }

  return {
    save(recording) {
      const saved = last.then(() => write(recording))
      last = saved.catch(() => undefined)
      return saved
    },
    async settled() {
      await last
    },
  }
}

/** Returns the highest ordinal of each key. */
async function prepare(folder: string): Promise<Map<string, number>> {
  await mkdir(folder, { recursive: true })
  const names = await readdir(folder)
  for (const name of names) if (UNFINISHED.test(name)) await unlink(join(folder, name))
  const probe = join(folder, `.recording-${process.pid}-0.tmp`)
  await writeFlushed(probe, [])
  await unlink(probe)

  const lastOrdinal = new Map<string, number>()
  for (const name of names) {
    const [, key, digits] = NAMED.exec(name) ?? []
    if (key === undefined) continue
    lastOrdinal.set(key, Math.max(lastOrdinal.get(key) ?? 0, Number(digits)))
  }
  return lastOrdinal
}

/** How much is written at a time, so that others have a turn in between. */
const TEXT_A_TURN = 2 ** 20

/** For its owner's eyes only: prompts are private. */
async function writeFlushed(path: string, lines: Iterable<string>): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    let text = ''
    for (const line of lines) {
      text += line
      if (text.length < TEXT_A_TURN) continue
      await file.writeFile(text)
      text = ''
    }
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Returns false when there is such a file already: a link, unlike a rename, never takes its place. */
async function moveTo(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // Some file systems have no links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    await rename(temporary, path)
    return true
  }
  await unlink(temporary)
  return true
}

/** A name is on the disk when its folder is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined) // Windows opens no folders
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}

/** Letters and digits of what was asked, so that no request can name a place outside of the folder. */
function slugOf({ method, path }: RecordedRequest): string {
  const words = `${method}${path.replace(/\?.*/s, '')}`.toLowerCase().split(/[^a-z0-9]+/)
  return words.join('-').slice(0, MAX_SLUG).replace(/-$/, '')
}

const MAX_SLUG = 48
