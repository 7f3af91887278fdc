/** How deep the JSON that others send may be nested, and how many values it may hold. */

export interface JsonBounds {
  readonly maxLevels: number
  /** Texts, numbers, lists and objects, wherever they stand; their names count for nothing. */
  readonly maxValues: number
}

/**
 * Beyond any real request: `JSON.stringify` overflows the stack somewhere beyond 5,000 levels, and a million
 * values take `JSON.parse` a third of a second, in which nothing else is done.
 */
export const jsonBounds: JsonBounds = { maxLevels: 512, maxValues: 2 ** 20 }

/** Which bound a text goes beyond, if it is JSON; it is not parsed for that. Undefined: none. */
export function jsonExcess(
  json: string,
  { maxLevels, maxValues }: JsonBounds = jsonBounds,
): 'levels' | 'values' | undefined {
  if (json.length <= maxLevels) return undefined
  let levels = 0
  let values = 1
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i)
    if (unit === QUOTE) i = endOfText(json, i + 1)
    else if (unit === COMMA) values++
    else if (unit === BRACKET || unit === BRACE) {
      values++
      if (++levels > maxLevels) return 'levels'
    } else if (unit === CLOSING_BRACKET || unit === CLOSING_BRACE) levels--
    if (values > maxValues) return 'values'
  }
  return undefined
}

/** The place of the quote that ends the text from here on; the end of all where there is none. */
function endOfText(json: string, from: number): number {
  let end = json.indexOf('"', from)
  while (end >= 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end < 0 ? json.length : end
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const BRACE = 0x7b
const CLOSING_BRACE = 0x7d
