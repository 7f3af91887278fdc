/**
 * JSON that arrives in parts: after every part, the value as far as it goes. Each character is looked at once,
 * however the text is cut, and at the end the value is what JSON.parse gives.
 *
 * A value shows as soon as it can only grow: texts as far as they came, lists and objects with what they hold so
 * far; numbers, `true`, `false` and `null` when they are whole, and a key with its value.
 */

export interface JsonBounds {
  /** Lists and objects inside each other; default 128. */
  readonly maxDepth?: number
  /** Characters in all; default 16 × 2^20. */
  readonly maxLength?: number
}

export interface JsonReader {
  /** Throws JsonSyntaxError at the first character that can be no JSON, or is beyond the bounds. */
  add(part: string): void
  /** Throws JsonSyntaxError unless the value is whole; returns it. */
  end(): unknown
  /** As far as it goes, growing in place; undefined: nothing shows yet. */
  readonly value: unknown
  /** Whether the value is whole; a number at the top is only when `end` was called. */
  readonly isWhole: boolean
  /** Where the reader is: `$.items[3].name`. */
  readonly path: string
}

/** `at`: characters before the one that was wrong. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
  readonly at: number
  readonly path: string
  constructor(what: string, at: number, path: string) {
    super(`${what} at character ${at + 1} (${path})`)
    this.at = at
    this.path = path
  }
}

/** A list or an object that is open. */
interface Open {
  readonly value: unknown[] | Record<string, unknown>
  /** Of an object: the key whose value is being read. */
  key: string
}

type Expect =
  | 'value'
  | 'value or ]'
  | 'key or }'
  | 'key'
  | ':'
  | ', or ]'
  | ', or }'
  | 'nothing more'
  | 'string'
  | 'key string'
  | 'scalar'

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
/** What a number may begin as, so that a wrong one is told where it goes wrong and not where it ends. */
const NUMBER_START = /^-?((0|[1-9]\d*)?|(0|[1-9]\d*)(\.\d*|(\.\d+)?[eE][+-]?\d*))$/
const LITERALS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null }
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
/** A number of more characters is no number of anyone's. */
const MAX_SCALAR_LENGTH = 1000
const LONG_SCALAR = 32

export function createJsonReader(bounds: JsonBounds = {}): JsonReader {
  const { maxDepth = 128, maxLength = 16 * 2 ** 20 } = bounds
  const open: Open[] = []
  let root: unknown
  let expect: Expect = 'value'
  /** The string or scalar that is being read. */
  let text = ''
  /** An escape that is being read, from its backslash on. */
  let escaped = ''
  let length = 0

  function fail(what: string, at: number): never {
    throw new JsonSyntaxError(what, at, pathOf(open))
  }

  /** Puts a value where it belongs. */
  function put(value: unknown): void {
    const parent = open.at(-1)
    if (!parent) root = value
    else if (Array.isArray(parent.value)) parent.value.push(value)
    else set(parent.value, parent.key, value)
  }

  /** A text that grows takes the place of its shorter self. */
  function show(): void {
    const parent = open.at(-1)
    if (!parent) root = text
    else if (Array.isArray(parent.value)) parent.value[parent.value.length - 1] = text
    else set(parent.value, parent.key, text)
  }

  function afterValue(): void {
    const parent = open.at(-1)
    expect = !parent ? 'nothing more' : Array.isArray(parent.value) ? ', or ]' : ', or }'
  }

  function begin(value: Open['value'], at: number): void {
    if (open.length >= maxDepth) fail(`More than ${maxDepth} lists and objects in each other`, at)
    put(value)
    open.push({ value, key: '' })
    expect = Array.isArray(value) ? 'value or ]' : 'key or }'
  }

  function close(): void {
    open.pop()
    afterValue()
  }

  function finishScalar(at: number): void {
    if (Object.hasOwn(LITERALS, text)) put(LITERALS[text])
    else if (NUMBER.test(text)) put(Number(text))
    else fail(`${text} is no value`, at)
    text = ''
    afterValue()
  }

  function canGrow(): boolean {
    // A long number is looked at once more at its end: at each of its characters would be too much.
    if (text.length > LONG_SCALAR) return text.length <= MAX_SCALAR_LENGTH
    return (
      NUMBER_START.test(text) || Object.keys(LITERALS).some(literal => literal.startsWith(text))
    )
  }

  /** Reads on in a string; returns the place after what was read. */
  function readString(part: string, from: number): number {
    let at = from
    if (escaped !== '') {
      escaped += part[at]
      readEscape(length + at)
      return at + 1
    }
    while (at < part.length) {
      const code = part.charCodeAt(at)
      if (code === QUOTE || code === BACKSLASH || code < SPACE) break
      at++
    }
    text += part.slice(from, at)
    if (at === part.length) return at
    const code = part.charCodeAt(at)
    if (code < SPACE) fail('A control character in a text', length + at)
    if (code === BACKSLASH) escaped = '\\'
    else if (expect === 'string') {
      show()
      text = ''
      afterValue()
    } else {
      open.at(-1)!.key = text
      text = ''
      expect = ':'
    }
    return at + 1
  }

  function readEscape(at: number): void {
    const kind = escaped[1]!
    if (kind === 'u') {
      if (escaped.length > 2 && !/[\da-fA-F]/.test(escaped.at(-1)!)) fail('A wrong \\u escape', at)
      if (escaped.length < 6) return
      text += String.fromCharCode(Number.parseInt(escaped.slice(2), 16))
    } else {
      if (!Object.hasOwn(ESCAPES, kind)) fail(`There is no escape \\${kind}`, at)
      text += ESCAPES[kind]
    }
    escaped = ''
  }

  function readStructure(character: string, at: number): void {
    switch (character) {
      case '"':
        if (isValue()) {
          put('')
          expect = 'string'
          return
        }
        if (expect !== 'key' && expect !== 'key or }') break
        expect = 'key string'
        return
      case '{':
        if (!isValue()) break
        begin({}, at)
        return
      case '[':
        if (!isValue()) break
        begin([], at)
        return
      case '}':
        if (!(expect === 'key or }' || expect === ', or }')) break
        close()
        return
      case ']':
        if (!(expect === 'value or ]' || expect === ', or ]')) break
        close()
        return
      case ':':
        if (expect !== ':') break
        expect = 'value'
        return
      case ',':
        if (expect === ', or }') expect = 'key'
        else if (expect === ', or ]') expect = 'value'
        else break
        return
      default:
        if (!isValue() || !/[-\dtfn]/.test(character)) break
        text = character
        expect = 'scalar'
        return
    }
    fail(`Expected ${words[expect]}, but got ${JSON.stringify(character)}`, at)
  }

  function isValue(): boolean {
    return expect === 'value' || expect === 'value or ]'
  }

  return {
    add(part) {
      if (length + part.length > maxLength) fail(`More than ${maxLength} characters`, maxLength)
      for (let at = 0; at < part.length; ) {
        if (expect === 'string' || expect === 'key string') {
          at = readString(part, at)
          continue
        }
        const character = part[at]!
        if (expect === 'scalar') {
          if (/[-+.\w]/.test(character)) {
            text += character
            if (!canGrow()) fail(`${text} is no value`, length + at)
            at++
          } else finishScalar(length + at)
          continue
        }
        if (!/[ \t\n\r]/.test(character)) readStructure(character, length + at)
        at++
      }
      length += part.length
      if (expect === 'string') show()
    },
    end() {
      if (expect === 'scalar' && open.length === 0) finishScalar(length)
      if (expect !== 'nothing more') fail('The JSON ends before it is whole', length)
      return root
    },
    get value() {
      return root
    },
    get isWhole() {
      return expect === 'nothing more'
    },
    get path() {
      return pathOf(open)
    },
  }
}

const QUOTE = 34
const BACKSLASH = 92
const SPACE = 32

const words: Readonly<Record<Expect, string>> = {
  value: 'a value',
  'value or ]': 'a value or ]',
  'key or }': 'a key or }',
  key: 'a key',
  ':': ':',
  ', or ]': ', or ]',
  ', or }': ', or }',
  'nothing more': 'nothing more',
  string: 'a text',
  'key string': 'a key',
  scalar: 'a value',
}

/** As JSON.parse does: `__proto__` is a key like any other. */
function set(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value
  else {
    const how = { value, enumerable: true, configurable: true, writable: true }
    Object.defineProperty(object, key, how)
  }
}

function pathOf(open: readonly Open[]): string {
  return jsonPath(
    open.map(({ value, key }) => (Array.isArray(value) ? Math.max(0, value.length - 1) : key)),
  )
}

/** `$.items[3]["first name"]` */
export function jsonPath(keys: readonly PropertyKey[]): string {
  const steps = keys.map(key => {
    if (typeof key === 'number') return `[${key}]`
    const name = String(key)
    if (name === '') return ''
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
  })
  return `$${steps.join('')}`
}
