/**
 * One writer a file: a lock beside it that names the process that holds it. A process that was killed leaves
 * its lock behind; the next one on the same machine sees that it is gone, and takes the lock over.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { OptionError } from '../base/option-error.ts'

/** Throws OptionError while another process holds the lock; returns what gives it back. */
export function takeLock(file: string): () => void {
  const lock = `${file}.lock`
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) })
  for (;;) {
    try {
      writeFileSync(lock, mine, { flag: 'wx' })
      held.add(lock)
      return () => {
        held.delete(lock)
        if (readIfThere(lock) === mine) unlinkSync(lock)
      }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const theirs = readIfThere(lock)
    if (theirs === undefined) continue
    if (held.has(lock) || isAlive(theirs)) throw lockedError(file, lock, theirs)
    clearAway(lock, theirs)
  }
}

function lockedError(file: string, lock: string, holder: string): OptionError {
  const advice = `another batch is writing it (${holder}); if that is over, remove ${lock}`
  return new OptionError('checkpoint', file, advice)
}

/** Those of this process: its own id says nothing about them. */
const held = new Set<string>()

/** Of two that find the same dead lock only one moves it, and who moves a live one by mistake puts it back. */
function clearAway(lock: string, dead: string): void {
  const aside = `${lock}.${process.pid}`
  try {
    renameSync(lock, aside)
    if (readFileSync(aside, 'utf8') !== dead) linkSync(aside, lock)
    unlinkSync(aside)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error
  }
}

/** Whether the holder still runs. Of another machine's nothing can be known: it is taken to. */
function isAlive(holder: string): boolean {
  let seen: { pid?: unknown; host?: unknown; started?: unknown }
  try {
    seen = JSON.parse(holder)
  } catch {
    return false // killed while it wrote
  }
  const { pid, host, started } = seen
  if (host !== hostname()) return true
  // In a container every program has the same id: what this process holds is in `held`.
  if (typeof pid !== 'number' || pid === process.pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
  return typeof started !== 'string' || startOf(pid) === started
}

/** When a process was started, in its machine's words: ids are used again. Undefined where that is not told. */
function startOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
