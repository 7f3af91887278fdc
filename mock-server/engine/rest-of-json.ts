/** What completes a JSON text that was begun: whoever starts the reply with `{` gets the rest of an object. */

/** A JSON text may stand in a fence. */
const OPENING = /^\s*(```[a-z]*\s*)?(?=[{[])/i
const LONGEST = 65_536

export interface Fillings {
  /** Said where a text is needed. */
  readonly word: string
  /** The JSON of an object, where no more of one is there than its bracket. */
  readonly object: string
}

/** Undefined where what was begun is no object or list that lacks something. */
export function restOfJson(begun: string, { word, object }: Fillings): string | undefined {
  const opening = OPENING.exec(begun)
  if (!opening || begun.length > LONGEST) return undefined
  const json = begun.slice(opening[0].length)
  const { open, inText, wants, literal } = read(json)
  if (open.length === 0) return undefined
  const fence = opening[1] === undefined ? '' : '\n```'
  if (json === '{') return object.slice(1) + fence
  const said = JSON.stringify(word)
  const closing = open.reduceRight((text, bracket) => text + (bracket === '{' ? '}' : ']'), '')
  if (!inText) return fillings[wants](said, literal) + closing + fence
  const rest = `${said.slice(1, -1)}"${wants === 'colon' ? `: ${said}` : ''}`
  return (inText === 'escape' ? 'n' : '') + rest + closing + fence
}

/** What must come next, by the last thing that was said. */
type Wants = 'key' | 'colon' | 'value' | 'nothing'

const fillings: Readonly<Record<Wants, (said: string, literal: string) => string>> = {
  key: said => `"answer": ${said}`,
  colon: said => `: ${said}`,
  value: said => ` ${said}`,
  nothing: (_, literal) => endOfLiteral(literal),
}

/** `tru` is `true`, `12.` is `12.0`. */
function endOfLiteral(literal: string): string {
  const word = ['true', 'false', 'null'].find(word => word.startsWith(literal))
  if (literal !== '' && word) return word.slice(literal.length)
  return /[-.eE+]$/.test(literal) ? '0' : ''
}

function read(json: string) {
  const open: string[] = []
  let inText: boolean | 'escape' = false
  let wants: Wants = 'value'
  /** A number, `true` and the like at the end. */
  let literal = ''
  for (let i = 0; i < json.length; i++) {
    const sign = json[i]!
    if (inText) {
      if (sign === '\\') inText = ++i < json.length || 'escape'
      else if (sign === '"') inText = false
      continue
    }
    if (/[\w.+-]/.test(sign)) {
      literal += sign
      wants = 'nothing'
      continue
    }
    literal = ''
    if (sign === '"') {
      inText = true
      wants = wants === 'key' ? 'colon' : 'nothing'
    } else if (sign === '{' || sign === '[') {
      open.push(sign)
      wants = sign === '{' ? 'key' : 'value'
    } else if (sign === '}' || sign === ']') {
      open.pop()
      wants = 'nothing'
    } else if (sign === ',') wants = open.at(-1) === '{' ? 'key' : 'value'
    else if (sign === ':') wants = 'value'
  }
  return { open, inText, wants, literal }
}
