/**
 * One set of definitions from many: types of the same name in different files of the package keep
 * apart. Part of the build, not of the product.
 */
import type { JsonSchema } from '../ask.ts'

export type Definitions = Record<string, JsonSchema>

const REFERENCE = '#/definitions/'

/**
 * Adds a set to `all`; a name that means something else there already gets a number. Returns what each name
 * of the set is called now.
 */
export function addDefinitions(all: Definitions, set: Definitions): Map<string, string> {
  const names = new Map<string, string>()
  const added: Definitions = {}
  const isSame = comparison(all, set)
  for (const name of Object.keys(set)) {
    let free = name
    while (Object.hasOwn(all, free) && !isSame(free, name)) free = nextName(free)
    names.set(name, free)
  }
  for (const [name, definition] of Object.entries(set)) {
    added[names.get(name)!] = renamed(definition, names)
  }
  Object.assign(all, added)
  return names
}

/** Whether a definition of `all` says what one of `set` says, all that they refer to included. */
function comparison(all: Definitions, set: Definitions): (mine: string, theirs: string) => boolean {
  let same = new Set<string>()

  function areSame(mine: unknown, theirs: unknown): boolean {
    if (typeof mine !== 'object' || typeof theirs !== 'object' || !mine || !theirs) {
      return mine === theirs
    }
    const target = targetOf(mine as JsonSchema)
    const other = targetOf(theirs as JsonSchema)
    if (target !== undefined && other !== undefined) return areSameByName(target, other)
    const keys = Object.keys(mine)
    return (
      keys.length === Object.keys(theirs).length &&
      keys.every(key =>
        areSame((mine as Record<string, unknown>)[key], (theirs as Record<string, unknown>)[key]),
      )
    )
  }

  function areSameByName(mine: string, theirs: string): boolean {
    const pair = `${mine} ${theirs}`
    // Taken for the same while that is being found out: they may refer to themselves.
    if (same.has(pair)) return true
    same.add(pair)
    return areSame(all[mine], set[theirs])
  }

  return (mine, theirs) => {
    const before = new Set(same)
    const answer = areSameByName(mine, theirs)
    if (!answer) same = before
    return answer
  }
}

/** What a reference leads to; undefined: the schema is none. */
export function targetOf(schema: JsonSchema | undefined): string | undefined {
  const reference = typeof schema === 'object' ? schema.$ref : undefined
  return typeof reference === 'string' ? reference.slice(REFERENCE.length) : undefined
}

function renamed(schema: JsonSchema, names: ReadonlyMap<string, string>): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value) => {
    if (key !== '$ref' || typeof value !== 'string') return value
    const name = value.slice(REFERENCE.length)
    return REFERENCE + (names.get(name) ?? name)
  })
}

/** `Role`, `Role.2`, `Role.3`. */
function nextName(name: string): string {
  const [, stem, count] = /^(.*?)(?:\.(\d+))?$/.exec(name)!
  return `${stem}.${Number(count ?? 1) + 1}`
}
