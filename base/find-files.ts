/**
 * Files by pattern, where no shell has done it: `*`, `?`, `[a-z]`, `{a,b}`, and `**` for folders of any depth.
 * A name that is there is taken as it is, whatever characters it has.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { OptionError } from './option-error.ts'

/** In the order of the words, each pattern's files sorted, none twice. Throws OptionError for a pattern without a file. */
export function findFiles(words: readonly string[]): string[] {
  const found = words.flatMap(word => {
    if (!isPattern(word)) return [word]
    const files = [...new Set(alternatives(word).flatMap(pattern => [...matching(pattern)]))]
    if (files.length === 0) throw new OptionError('FILE', word, 'no file is named so')
    return files.sort()
  })
  return [...new Set(found)]
}

function isPattern(word: string): boolean {
  return word !== '-' && /[*?[{]/.test(word) && !existsSync(word)
}

/** More than anyone writes by hand. */
const MAX_ALTERNATIVES = 1000

/** `a{b,c}` → `ab`, `ac`; innermost braces first. */
function alternatives(pattern: string): string[] {
  let patterns = [pattern]
  for (;;) {
    const next = patterns.flatMap(one => {
      const brace = /\{([^{}]*)\}/.exec(one)
      if (!brace) return [one]
      const [all, inside = ''] = brace
      const [before, after] = [one.slice(0, brace.index), one.slice(brace.index + all.length)]
      return inside.split(',').map(part => before + part + after)
    })
    if (next.length > MAX_ALTERNATIVES) {
      throw new OptionError('FILE', pattern, `write at most ${MAX_ALTERNATIVES} alternatives`)
    }
    if (next.every((one, index) => one === patterns[index])) return patterns
    patterns = next
  }
}

function* matching(pattern: string): Generator<string> {
  const isAbsolute = pattern.startsWith('/')
  const parts = pattern.split('/').filter((part, index) => part !== '' || index > 0)
  yield* walk(
    isAbsolute ? sep : '',
    parts.filter(part => part !== ''),
  )
}

function* walk(folder: string, [part, ...rest]: readonly string[]): Generator<string> {
  if (part === undefined) return
  if (part === '**') {
    yield* walk(folder, rest)
    for (const { name, isFolder } of entriesOf(folder)) {
      if (isFolder && !name.startsWith('.')) yield* walk(join(folder, name), [part, ...rest])
    }
    return
  }
  if (!/[*?[]/.test(part)) {
    const path = join(folder, part)
    if (rest.length > 0) yield* walk(path, rest)
    else if (existsSync(path)) yield path
    return
  }
  const regex = regexOf(part)
  for (const { name, isFolder, isFile } of entriesOf(folder)) {
    if (name.startsWith('.') && !part.startsWith('.')) continue
    if (!regex.test(name)) continue
    if (rest.length > 0) {
      if (isFolder) yield* walk(join(folder, name), rest)
    } else if (isFile) yield join(folder, name)
  }
}

/** Links are files here and never folders: a circle of them has no end. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder || '.', { withFileTypes: true }).map(entry => ({
      name: entry.name,
      isFolder: entry.isDirectory(),
      isFile: entry.isFile() || entry.isSymbolicLink(),
    }))
  } catch {
    return [] // no folder, or none that may be read: nothing is named so
  }
}

function regexOf(part: string): RegExp {
  const source = part.replaceAll(/\*+|\?|\[[!^]?[^\]]+\]|[\\^$.|+()[\]{}]/g, piece => {
    if (piece.startsWith('*')) return '.*'
    if (piece === '?') return '.'
    if (piece.length < 3) return `\\${piece}`
    const isNot = piece[1] === '!' || piece[1] === '^'
    return `[${isNot ? '^' : ''}${piece.slice(isNot ? 2 : 1, -1).replaceAll('\\', '\\\\')}]`
  })
  try {
    return new RegExp(`^${source}$`, 'su')
  } catch {
    throw new OptionError('FILE', part, 'its brackets are no set of characters')
  }
}
