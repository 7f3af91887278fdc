/** What a program leaves behind, as Linux tells it in /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The processes whose environment holds this word. */
export function processesWith(word: string): readonly number[] {
  return processIds().filter(pid => read(`/proc/${pid}/environ`).includes(word))
}

/** The TCP sockets that are listened on, by inode: those of one process, or all. */
export function listeningInodes(pid?: number): ReadonlySet<string> {
  const all = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(table =>
    read(table)
      .split('\n')
      .map(row => row.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map(cells => cells[9]!),
  )
  if (pid === undefined) return new Set(all)
  const own = new Set(linksOf(`/proc/${pid}/fd`))
  return new Set(all.filter(inode => own.has(`socket:[${inode}]`)))
}

function processIds(): number[] {
  return names('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

function linksOf(folder: string): string[] {
  return names(folder).map(name => orElse('', () => readlinkSync(`${folder}/${name}`)))
}

const names = (folder: string) => orElse<string[]>([], () => readdirSync(folder))
const read = (path: string) => orElse('', () => readFileSync(path, 'utf8'))

/** A process may end, and another's is not ours to read, at any moment. */
function orElse<T>(fallback: T, look: () => T): T {
  try {
    return look()
  } catch {
    return fallback
  }
}
