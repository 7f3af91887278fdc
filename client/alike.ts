/**
 * Parses JSON texts that are like one another, such as the chunks of a stream: a word differs, and all else was parsed
 * before. The value is what JSON.parse gives; to parse them all anew was half of what a token costs.
 *
 * Two texts in a row make a pattern: what they share, and holes where their texts or whole numbers differ. The next that
 * fits is put together from it. Whatever is unusual about one is left to JSON.parse.
 */

/** Throws what JSON.parse throws. */
export type Parse = (text: string) => unknown

interface Pattern {
  /** What stands before, between and after the holes; quotes are no part of a hole. */
  readonly parts: readonly string[]
  /** The value of them all, with probes in its holes. */
  readonly value: unknown
  readonly holes: Holes
}

/** By key: the number of the hole that is there, or the holes further inside. */
type Holes = readonly (readonly [key: string, inside: number | Holes])[]
type Fields = Record<string, unknown>

/** OpenAI's chunks have two, a word and what hides its length; a response's events have a number besides. */
const MAX_HOLES = 4
/** A pattern is kept as long as its stream. */
const MAX_LENGTH = 2048
/** After so many pairs that are not alike no more are compared. */
const MAX_LESSONS = 8

/** A parser for one stream. Its values may have parts in common: they are to be read and not changed. */
export function createAlikeParser(): Parse {
  let pattern: Pattern | undefined
  /** The text before, if it fitted no pattern. */
  let before: string | undefined
  let lessons = MAX_LESSONS

  return text => {
    const found = pattern && fillings(pattern.parts, text)
    if (pattern && found) {
      before = undefined
      lessons = MAX_LESSONS
      return filled(pattern.value, pattern.holes, found)
    }
    const value: unknown = JSON.parse(text)
    if (before !== undefined && lessons > 0) {
      lessons--
      pattern = patternOf(before, text) ?? pattern
    }
    before = text.length <= MAX_LENGTH ? text : undefined
    return value
  }
}

/** What `text` has in the holes; undefined: it is not like the pattern, or takes more than a look to read. */
function fillings(parts: readonly string[], text: string): unknown[] | undefined {
  const found: unknown[] = []
  let at = 0
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i - 1]!
    const start = at + part.length
    if (text.slice(at, start) !== part) return undefined
    at = text.indexOf(parts[i]!.charAt(0), start)
    if (at === -1) return undefined
    const inside = text.slice(start, at)
    const value = part.endsWith('"') ? textOf(inside) : numberOf(inside)
    if (value === undefined) return undefined
    found.push(value)
  }
  return text.slice(at) === parts.at(-1) ? found : undefined
}

/** No quotes, backslashes or control characters: all others stand for themselves. */
const PLAIN_TEXT = /^[ !#-[\]-\uffff]*$/
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,14})$/
/** V8 cuts so short a text by copying it; a longer one keeps all that it was cut from. */
const COPIED_LENGTH = 12

function textOf(inside: string): string | undefined {
  if (!PLAIN_TEXT.test(inside)) return undefined
  return inside.length <= COPIED_LENGTH ? inside : copied(inside)
}

function numberOf(inside: string): number | undefined {
  return WHOLE_NUMBER.test(inside) ? Number(inside) : undefined
}

function copied(text: string): string {
  return JSON.parse(JSON.stringify(text))
}

/** A copy of all that has holes inside. */
function filled(value: unknown, holes: Holes, found: readonly unknown[]): unknown {
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Fields) }) as Fields
  for (const [key, inside] of holes) {
    copy[key] = typeof inside === 'number' ? found[inside] : filled(copy[key], inside, found)
  }
  return copy
}

/** Texts, keys among them, and numbers. */
const LITERAL = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g
/** This and the next few stand in a pattern's holes, to be found in its value. */
const PROBE = 8_706_053_194_270_000

/** Undefined: the two are not alike. */
function patternOf(one: string, other: string): Pattern | undefined {
  const others = other.match(LITERAL) ?? []
  const parts: string[] = []
  let start = 0
  let i = 0
  for (const { 0: literal, index } of one.matchAll(LITERAL)) {
    if (literal === others[i++]) continue
    if (parts.length === MAX_HOLES) return undefined
    const quote = literal.startsWith('"') ? 1 : 0
    parts.push(copied(one.slice(start, index + quote)))
    start = index + literal.length - quote
  }
  parts.push(copied(one.slice(start)))
  if (!fillings(parts, other)) return undefined
  const value: unknown = JSON.parse(parts.reduce((text, part, i) => text + (PROBE + i - 1) + part))
  const holes = holesOf(value)
  // Not so where keys differ, or stand twice.
  return countOf(holes) === parts.length - 1 ? { parts, value, holes } : undefined
}

function holesOf(value: unknown): Holes {
  if (typeof value !== 'object' || value === null) return []
  const found = Object.entries(value).map(([key, field]): Holes[number] => {
    const hole = typeof field === 'object' ? -1 : Number(field) - PROBE
    return [key, hole >= 0 && hole < MAX_HOLES ? hole : holesOf(field)]
  })
  return found.filter(([, inside]) => typeof inside === 'number' || inside.length > 0)
}

function countOf(holes: Holes): number {
  let count = 0
  for (const [, inside] of holes) count += typeof inside === 'number' ? 1 : countOf(inside)
  return count
}
