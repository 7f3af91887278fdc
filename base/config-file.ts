/**
 * A YAML or JSON file with the place of everything in it, file:line:column; and `tokadence.yaml` as option
 * entries.
 */
import { readFile } from 'node:fs/promises'
import { OptionError, type Origin } from './option-error.ts'
import type { Entry } from './option-table.ts'

/** Where something stands in a document: the keys and list indices that lead to it. */
export type Path = readonly (string | number)[]

export interface PlacedDocument {
  /** What the file says; null when it says nothing. */
  readonly value: unknown
  /** The place of an entry's key, or of a list's item; of the nearest thing above it where it is not there. */
  placeOf(path: Path): Origin
  /** The same, of what stands behind the key. */
  placeOfValue(path: Path): Origin
}

/**
 * The YAML or JSON `source` of the file `path`.
 * Throws the OptionError that `refuse` makes of the first fault.
 */
export async function parseDocument(
  source: string,
  path: string,
  refuse: (why: string, more: { origin: Origin; cause: unknown }) => OptionError,
): Promise<PlacedDocument> {
  const yaml = await import('yaml')
  const lineCounter = new yaml.LineCounter()
  const document = yaml.parseDocument(source, { lineCounter })
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset)
    return `${path}:${line}:${col}`
  }
  const [error] = document.errors
  if (error) {
    const [message = ''] = error.message.split(' at line')
    throw refuse(message, { origin: place(error.pos[0]), cause: error })
  }

  const startOf = (node: unknown): number | undefined =>
    yaml.isNode(node) ? node.range?.[0] : undefined
  function find(path: Path): { key: number; value: number } {
    let node: unknown = document.contents
    let key = startOf(node) ?? 0
    let value = key
    for (const step of path) {
      const pair = yaml.isMap(node)
        ? node.items.find(item => nameOf(item.key) === String(step))
        : undefined
      node = pair ? pair.value : yaml.isSeq(node) ? node.items[Number(step)] : undefined
      const start = startOf(pair ? pair.key : node)
      if (start === undefined) break
      key = start
      value = startOf(node) ?? start
    }
    return { key, value }
  }
  const nameOf = (key: unknown) => String(yaml.isScalar(key) ? key.value : key)

  let value: unknown
  try {
    value = document.toJS() ?? null
  } catch (cause) {
    // More aliases than any honest file has.
    throw refuse((cause as Error).message, { origin: place(0), cause })
  }
  return {
    value,
    placeOf: path => place(find(path).key),
    placeOfValue: path => place(find(path).value),
  }
}

/**
 * The file's top-level entries, then those of the section named `section`, which win.
 * A top-level mapping under one of `sections` is a section; other sections are left out.
 * Throws OptionError when the file cannot be read or is not valid YAML.
 */
export async function readConfigFile(
  path: string,
  section: string,
  sections: readonly string[],
): Promise<{ common: Entry[]; own: Entry[] }> {
  const source = await readFile(path, 'utf8').catch(cause => {
    throw new OptionError('config', path, `the file cannot be read (${cause.code})`, { cause })
  })
  const document = await parseDocument(
    source,
    path,
    (why, more) => new OptionError('config', path, why, more),
  )

  const entriesOf = (mapping: unknown, at: Path): Entry[] => {
    if (mapping === null) return []
    if (typeof mapping !== 'object' || Array.isArray(mapping)) {
      const origin = document.placeOfValue(at)
      throw new OptionError('config', path, 'write a mapping of options', { origin })
    }
    return Object.entries(mapping).map(([key, value]) => {
      return { key, value, origin: document.placeOf([...at, key]) }
    })
  }

  const own: Entry[] = []
  const common: Entry[] = []
  for (const entry of entriesOf(document.value, [])) {
    // An option may be called as a command is: `profile: groq-fast`.
    const isSection = sections.includes(entry.key) && typeof entry.value !== 'string'
    if (!isSection) common.push(entry)
    else if (entry.key === section) own.push(...entriesOf(entry.value, [section]))
  }
  return { common, own }
}
