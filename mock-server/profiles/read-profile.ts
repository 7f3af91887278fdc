/** Ready behaviour: a profile is a YAML file of options, by its name in this folder or by a path. */
import { readdir, readFile } from 'node:fs/promises'
import { type PlacedDocument, parseDocument } from '../../base/config-file.ts'
import { OptionError, type Origin } from '../../base/option-error.ts'
import { type Entry, unknownKey } from '../../base/option-table.ts'
import { liveOptions, serverOptions } from '../options.ts'

const folder = new URL('./', import.meta.url)
const ENDING = '.yaml'

/** What a profile says of itself, beside its options. */
const aboutItself = ['description', 'sources']

export interface ReadyProfile {
  readonly name: string
  readonly description: string
}

/** The profiles of this folder, by name. */
export async function readyProfiles(): Promise<readonly ReadyProfile[]> {
  const names = await readyNames()
  return Promise.all(
    names.map(async name => {
      const document = await parse(await readFile(fileOf(name), 'utf8'), name + ENDING)
      const { description } = (document.value ?? {}) as { description?: unknown }
      return { name, description: String(description ?? '') }
    }),
  )
}

async function readyNames(): Promise<string[]> {
  const files = await readdir(folder)
  return files.flatMap(file => (file.endsWith(ENDING) ? file.slice(0, -ENDING.length) : [])).sort()
}

function fileOf(name: string): URL {
  return new URL(name + ENDING, folder)
}

/**
 * The options of a profile, each with its place. `origin`: where the profile was named; `onlyReady`: it may not be a
 * path. Throws OptionError where there is none, or it holds what is no option that may change while a server runs.
 */
export async function readProfile(
  profile: string,
  { origin, onlyReady = false }: { origin?: Origin | undefined; onlyReady?: boolean } = {},
): Promise<Entry[]> {
  if (isPath(profile) && !onlyReady) {
    const source = await readFile(profile, 'utf8').catch(cause => {
      const why = `the file cannot be read (${cause.code})`
      throw new OptionError('profile', profile, why, { origin, cause })
    })
    return entriesOf(await parse(source, profile), profile)
  }
  const names = await readyNames()
  if (!names.includes(profile)) {
    const orPath = onlyReady ? '' : ', or write the path of a YAML file, such as ./own.yaml'
    throw new OptionError('profile', profile, `choose one of ${names.join(', ')}${orPath}`, {
      origin,
    })
  }
  const place = `profiles/${profile}${ENDING}`
  return entriesOf(await parse(await readFile(fileOf(profile), 'utf8'), place), place)
}

function isPath(profile: string): boolean {
  return /[\\/]|\.(ya?ml|json)$/.test(profile)
}

function parse(source: string, path: string): Promise<PlacedDocument> {
  return parseDocument(source, path, (why, more) => new OptionError('profile', path, why, more))
}

/** Those at the top, and those under `serve`, where `tokadence profile` writes them. */
function entriesOf(document: PlacedDocument, path: string): Entry[] {
  const entries: Entry[] = []
  for (const [key, value] of mappingOf(document, path, [])) {
    if (aboutItself.includes(key)) continue
    if (key !== 'serve') entries.push(entryOf(key, value, document.placeOf([key])))
    else {
      for (const [inner, value] of mappingOf(document, path, ['serve'])) {
        entries.push(entryOf(inner, value, document.placeOf(['serve', inner])))
      }
    }
  }
  return entries
}

function mappingOf(document: PlacedDocument, path: string, at: string[]): [string, unknown][] {
  let value = document.value
  for (const key of at) value = (value as Record<string, unknown>)[key]
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const origin = document.placeOfValue(at)
    throw new OptionError('profile', path, 'write a mapping of options', { origin })
  }
  return Object.entries(value)
}

function entryOf(key: string, value: unknown, origin: Origin): Entry {
  if (Object.hasOwn(liveOptions, key)) return { key, value, origin }
  if (!Object.hasOwn(serverOptions, key)) {
    throw unknownKey(key, origin, [...Object.keys(liveOptions), ...aboutItself])
  }
  const why = `a profile says how a provider behaves; ${key} has its place in tokadence.yaml`
  throw new OptionError(key, undefined, why, { origin })
}
