/** A regular expression as a tree, read only so far as to make strings that it matches. */
import {
  ANY,
  CLASSES,
  CONTROLS,
  complement,
  type Span,
  single,
  spansOfProperty,
} from './characters.ts'

export type PatternNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'class'; readonly spans: readonly Span[] }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'group'; readonly number: number; readonly part: PatternNode }
  /** What the group of this number said. */
  | { readonly kind: 'again'; readonly number: number }
  | {
      readonly kind: 'repeat'
      readonly part: PatternNode
      readonly least: number
      readonly most: number
    }

export interface Pattern {
  readonly root: PatternNode
  readonly regExp: RegExp
  /** It says something about the surroundings: a look-around, `\b`, an anchor in its midst. */
  readonly isConditional: boolean
  /** No repeat stands in another and there are few of them: matching cannot take long. */
  readonly isCheap: boolean
  /** Nothing may follow. */
  readonly endsAtEnd: boolean
}

const MAX_SOURCE = 2000
const MAX_REPEATS = 3
const known = new Map<string, Pattern | undefined>()
const MAX_KNOWN = 200

/** Undefined: it is no regular expression, it is very long, or it holds what is not understood. */
export function parsePattern(source: string): Pattern | undefined {
  if (source.length > MAX_SOURCE) return undefined
  if (!known.has(source)) {
    if (known.size >= MAX_KNOWN) known.clear()
    const regExp = compile(source)
    known.set(source, regExp && read(source, regExp))
  }
  return known.get(source)
}

function read(source: string, regExp: RegExp): Pattern | undefined {
  let at = 0
  let groupCount = 0
  let depth = 0
  let repeats = 0
  let isConditional = false
  let isCheap = true
  let isUnderstood = true
  const groupNames = new Map<string, number>()

  function choice(): PatternNode {
    const parts = [sequence()]
    while (source[at] === '|') {
      at++
      parts.push(sequence())
    }
    if (parts.length > 1 && depth > 0) repeats++
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  function sequence(): PatternNode {
    const parts: PatternNode[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const before = repeats
      const part = atom()
      parts.push(quantified(part, repeats > before))
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
  }

  function quantified(part: PatternNode, holdsRepeats: boolean): PatternNode {
    const [match, least, most] = quantifierAt(source, at)
    if (match === 0) return part
    at += match
    if (source[at] === '?') at++
    if (least !== most) repeats++
    if (most > 1 && holdsRepeats) isCheap = false
    return { kind: 'repeat', part, least, most }
  }

  function atom(): PatternNode {
    const sign = source[at]!
    if (sign === '(') return group()
    if (sign === '[') return { kind: 'class', spans: characterClass() }
    if (sign === '\\') return escaping()
    const character = String.fromCodePoint(source.codePointAt(at)!)
    at += character.length
    if (sign === '^' || sign === '$') {
      if (sign === '^' ? at > 1 : at < source.length) isConditional = true
      return NOTHING
    }
    if (sign === '.') return { kind: 'class', spans: ANY }
    return { kind: 'text', text: character }
  }

  function group(): PatternNode {
    depth++
    const [opening, , name] = /^\((\?(?:[:=!]|<[=!]|<([^>]+)>))?/.exec(source.slice(at))!
    at += opening.length
    const number = opening === '(' || name !== undefined ? ++groupCount : 0
    if (name !== undefined) groupNames.set(name, number)
    const outside = repeats
    const isLook = /[=!]$/.test(opening)
    if (isLook) repeats = 0
    const part = choice()
    at++
    depth--
    if (isLook) {
      // It is matched by itself: its repeats and those around it do not multiply.
      isCheap &&= repeats <= MAX_REPEATS
      repeats = outside
      isConditional = true
      return NOTHING
    }
    return number > 0 ? { kind: 'group', number, part } : part
  }

  function escaping(): PatternNode {
    const named = /^\\k<([^>]+)>/.exec(source.slice(at))
    if (named && (regExp.unicode || source.includes('(?<'))) {
      at += named[0].length
      repeats++
      return again(groupNames.get(named[1]!) ?? 0)
    }
    const numbered = /^\\([1-9]\d*)/.exec(source.slice(at, at + 4))
    if (numbered) {
      at += numbered[0].length
      repeats++
      return again(Number(numbered[1]))
    }
    if (/^\\[bB]/.test(source.slice(at, at + 2))) {
      at += 2
      isConditional = true
      return NOTHING
    }
    return { kind: 'class', spans: escaped() }
  }

  function again(number: number): PatternNode {
    if (number < 1 || number > groupCount) isUnderstood = false
    return { kind: 'again', number }
  }

  /** `\d`, `\n`, `\u0041`, `\.`, here or in a class. */
  function escaped(): readonly Span[] {
    const code = /^\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|c([a-z])|0(?!\d))/i.exec(
      source.slice(at, at + 12),
    )
    if (code && (regExp.unicode || code[1] === undefined)) {
      at += code[0].length
      const hex = code[1] ?? code[2] ?? code[3]
      if (hex !== undefined) return single(Number.parseInt(hex, 16))
      return single(code[4] === undefined ? 0 : code[4].charCodeAt(0) % 32)
    }
    const property = /^\\([pP])\{([^}]*)\}/.exec(source.slice(at, at + 60))
    if (property && regExp.unicode) {
      at += property[0].length
      const spans = spansOfProperty(property[2]!)
      return property[1] === 'P' ? complement(spans) : spans
    }
    const sign = source[at + 1] ?? '\\'
    // Octal numbers and a bare \c: what old expressions mean by them is not worth knowing.
    if (/[\dc]/.test(sign)) isUnderstood = false
    const character = String.fromCodePoint(source.codePointAt(at + 1) ?? 0x5c)
    at += 1 + character.length
    const lower = CLASSES.get(sign.toLowerCase())
    if (lower) return sign === sign.toLowerCase() ? lower : complement(lower)
    return single(CONTROLS.get(sign) ?? character.codePointAt(0)!)
  }

  function characterClass(): readonly Span[] {
    at++
    const negated = source[at] === '^'
    if (negated) at++
    const spans: Span[] = []
    while (at < source.length && source[at] !== ']') {
      const low = member()
      const isRange = source[at] === '-' && source[at + 1] !== ']' && at + 1 < source.length
      if (!isRange || low.length !== 1) {
        spans.push(...low)
        continue
      }
      at++
      const high = member()
      const ends = high.length === 1 && low[0]![0] === low[0]![1] && low[0]![0] <= high[0]![1]
      if (ends) spans.push([low[0]![0], high[0]![1]])
      else spans.push(...low, single('-'.charCodeAt(0))[0]!, ...high)
    }
    at++
    const members = negated ? complement(spans) : spans
    if (members.length === 0) isUnderstood = false
    return members
  }

  function member(): readonly Span[] {
    if (source.startsWith('\\b', at)) {
      at += 2
      return single(8)
    }
    if (source[at] === '\\') return escaped()
    const point = source.codePointAt(at)!
    at += point > 0xffff ? 2 : 1
    return single(point)
  }

  const root = choice()
  if (at < source.length || !isUnderstood) return undefined
  isCheap &&= repeats <= MAX_REPEATS
  return { root, regExp, isConditional, isCheap, endsAtEnd: source.endsWith('$') }
}

function compile(source: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags)
    } catch {
      // Without `u` more is allowed: `\-`, a lone brace.
    }
  }
  return undefined
}

/** The quantifier's length here (0: none stands here), and its bounds. */
function quantifierAt(source: string, at: number): [length: number, least: number, most: number] {
  switch (source[at]) {
    case '*':
      return [1, 0, Infinity]
    case '+':
      return [1, 1, Infinity]
    case '?':
      return [1, 0, 1]
    case '{': {
      const braces = /^\{(\d+)(,(\d*))?\}/.exec(source.slice(at, at + 40))
      if (!braces) return [0, 1, 1]
      const least = Number(braces[1])
      const most = braces[2] === undefined ? least : braces[3] ? Number(braces[3]) : Infinity
      return [braces[0].length, least, most]
    }
    default:
      return [0, 1, 1]
  }
}

const NOTHING: PatternNode = { kind: 'text', text: '' }
