/** `tokadence.yaml` (or JSON) as option entries, each with its place: file:line:column. */
import { readFile } from 'node:fs/promises'
import { OptionError } from './option-error.ts'
import type { Entry } from './option-table.ts'

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
  const { LineCounter, isMap, isNode, isScalar, parseDocument } = await import('yaml')
  const source = await readFile(path, 'utf8').catch(cause => {
    throw new OptionError('config', path, `the file cannot be read (${cause.code})`, { cause })
  })
  const lineCounter = new LineCounter()
  const document = parseDocument(source, { lineCounter })
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset)
    return `${path}:${line}:${col}`
  }
  const [error] = document.errors
  if (error) {
    const [message = ''] = error.message.split(' at line')
    throw new OptionError('config', path, message, { origin: place(error.pos[0]), cause: error })
  }

  const entriesOf = (node: unknown): Entry[] => {
    if (node === null || (isScalar(node) && node.value === null)) return []
    if (!isMap(node)) {
      const offset = (node as { range?: [number, number, number] }).range?.[0] ?? 0
      throw new OptionError('config', path, 'write a mapping of options', { origin: place(offset) })
    }
    return node.items.map(({ key, value }) => {
      const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0
      const json = isNode(value) ? value.toJS(document) : value
      return { key: String(isScalar(key) ? key.value : key), value: json, origin: place(offset) }
    })
  }

  const own: Entry[] = []
  const common: Entry[] = []
  for (const entry of entriesOf(document.contents)) {
    if (!sections.includes(entry.key)) common.push(entry)
    else if (entry.key === section) own.push(...entriesOf(document.get(section, true)))
  }
  return { common, own }
}
