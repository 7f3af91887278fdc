/** Sets of characters as spans of code points: those of a regular expression's classes. */
import type { Random } from '../../../base/random.ts'

/** Code points, both ends included. */
export type Span = readonly [low: number, high: number]

const MAX_CODE_POINT = 0x10_ffff
export const ANY: readonly Span[] = [
  [0x20, 0x7e],
  [0xa0, 0xff],
]
const DIGITS: readonly Span[] = [[0x30, 0x39]]
const UPPER: readonly Span[] = [[0x41, 0x5a]]
const LOWER: readonly Span[] = [[0x61, 0x7a]]
export const CLASSES = new Map<string, readonly Span[]>([
  ['d', DIGITS],
  ['w', [...DIGITS, ...UPPER, [0x5f, 0x5f], ...LOWER]],
  // The space first among what is white: of the others no reader is glad.
  [
    's',
    [
      [0x09, 0x0d],
      [0x20, 0x20],
      [0xa0, 0xa0],
    ],
  ],
])
export const CONTROLS = new Map([
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['f', 12],
])

/** The letters and digits of ASCII stand for those of all scripts. */
export function spansOfProperty(name: string): readonly Span[] {
  const value = name.split('=').at(-1)!
  if (/^(Lu|Uppercase)/.test(value)) return UPPER
  if (/^(Ll|Lowercase)/.test(value)) return LOWER
  if (/^(N|Nd)$|^(Decimal_|N)umber/.test(value)) return DIGITS
  if (/^P/.test(value))
    return [
      [0x21, 0x21],
      [0x2c, 0x2c],
      [0x2e, 0x2e],
      [0x3f, 0x3f],
    ]
  if (/^(Z|Zs)$|Space/.test(value)) return single(0x20)
  return [...UPPER, ...LOWER]
}

export function single(point: number): readonly Span[] {
  return [[point, point]]
}

export function complement(spans: readonly Span[]): readonly Span[] {
  const sorted = [...spans].sort(([a], [b]) => a - b)
  const rest: Span[] = []
  let from = 0
  for (const [low, high] of sorted) {
    if (low > from) rest.push([from, low - 1])
    from = Math.max(from, high + 1)
  }
  if (from <= MAX_CODE_POINT) rest.push([from, MAX_CODE_POINT])
  return rest
}

/** Letters and digits where it may be one of them, else what can be printed. */
export function characterOf(spans: readonly Span[], random: Random): string {
  let likely = likelies.get(spans)
  if (!likely) {
    likely = likelyOf(spans)
    likelies.set(spans, likely)
  }
  let at = random.integer(likely.size)
  for (const [low, high] of likely.spans) {
    if (at <= high - low) return String.fromCodePoint(low + at)
    at -= high - low + 1
  }
  return ''
}

/** What is drawn from, and how many characters that are. */
interface Likely {
  readonly spans: readonly Span[]
  readonly size: number
}

/** A class is drawn from again and again, and may be of a thousand spans. */
const likelies = new WeakMap<readonly Span[], Likely>()

function likelyOf(all: readonly Span[]): Likely {
  const spans = overlap(all, ALPHANUMERIC) ?? overlap(all, PRINTABLE) ?? all
  return { spans, size: spans.reduce((sum, [low, high]) => sum + high - low + 1, 0) }
}

const ALPHANUMERIC: readonly Span[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
]
const PRINTABLE: readonly Span[] = [[0x20, 0x7e]]

function overlap(spans: readonly Span[], within: readonly Span[]): readonly Span[] | undefined {
  const common = spans.flatMap(([low, high]) =>
    within.flatMap(([from, to]): Span[] => {
      const both: Span = [Math.max(low, from), Math.min(high, to)]
      return both[0] <= both[1] ? [both] : []
    }),
  )
  return common.length > 0 ? common : undefined
}
