/** How deep the JSON that others send may be nested: `JSON.stringify` overflows the stack somewhere beyond 5,000 levels. */

/** Levels; deeper than any real request. */
export const maxNesting = 512

/** Whether the brackets of a JSON text go deeper than `maxNesting`. */
export function isNestedTooDeep(json: string): boolean {
  return json.length > 2 * maxNesting && nestingOf(json) > maxNesting
}

function nestingOf(json: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i)
    if (quoted) {
      if (unit === BACKSLASH) i++
      else if (unit === QUOTE) quoted = false
    } else if (unit === QUOTE) quoted = true
    else if (unit === BRACKET || unit === BRACE) deepest = Math.max(deepest, ++depth)
    else if (unit === CLOSING_BRACKET || unit === CLOSING_BRACE) depth--
  }
  return deepest
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const BRACE = 0x7b
const CLOSING_BRACE = 0x7d
