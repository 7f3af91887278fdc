/** Bodies that no honest client sends: from one that is taken, changed here and there. */
import type { Random } from '../../base/random.ts'

type Holder = Record<string | number, unknown>

/** Written as it stands between these signs: what `JSON.stringify` cannot say. */
const RAW = /"@@([^@"]*)@@"/g

const words = [
  ...['', ' ', '\ud800', 'a\udc00b', '\u0000', '__proto__', 'constructor', 'toString', '🎉'],
  ...[
    'x'.repeat(5000),
    '漢'.repeat(700),
    '../../etc',
    '%zz',
    '-1',
    'NaN',
    'null',
    'data:,',
    '\r\n',
  ],
  ...['user', 'assistant', 'tool', 'function', 'text', 'json_schema', 'json_object', 'required'],
  ...['auto', 'none', 'gpt-4o', 'o3', 'gpt-5', 'tts-1', 'whisper-1', 'dall-e-2', 'claude-opus-4'],
  ...['gpt-image-1', 'text-embedding-3-large', 'gpt-audio', 'url', 'sse', 'opus', 'flac', 'webp'],
  ...['16x9999', '1024x1024', '(a+)+$', '^(?=.*b)a{3,}$', '[', '\\', '#/$defs/tag', '#', '#/a/b'],
  ...['$file', '$resp', '$conv', '$item', '$part', 'Reply with exactly this text: \ud83c'],
]
const numbers = [
  ...[0, -1, 1, 2, 0.5, 1.5, -0.001, 127, 128, 129, 2048, 65_536, 2 ** 31, 2 ** 53, 1e21, 1e308],
  ...['@@1e999@@', '@@-1e999@@', '@@-0@@', '@@1e-400@@', '@@123456789012345678901234567890@@'],
]
const names = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'length', '0', 'a.b', '\ud800'],
  ...['type', 'role', 'content', 'stream', 'model', 'n', 'id', 'tools', 'tool_choice', 'format'],
  ...['schema', 'properties', 'items', 'anyOf', 'allOf', '$ref', 'enum', 'const', 'pattern', 'if'],
  ...['minLength', 'maxItems', 'required', 'additionalProperties', 'metadata', 'store', 'audio'],
  ...['max_tokens', 'background', 'modalities', 'logprobs', 'echo', 'best_of', 'include', 'prompt'],
]

/** Any JSON value, small ones mostly. */
export function oddValue(random: Random, depth = 0): unknown {
  switch (random.integer(depth < 3 ? 9 : 4)) {
    case 0:
      return random.pick([null, true, false])
    case 1:
    case 2:
      return random.pick(numbers)
    case 3:
    case 4:
      return random.pick(words)
    case 5:
      return []
    case 6:
      return listOf(1 + random.integer(3), () => oddValue(random, depth + 1))
    default: {
      const value = {}
      for (let i = random.integer(4); i > 0; i--) {
        set(value, random.pick(names), oddValue(random, depth + 1))
      }
      return value
    }
  }
}

function listOf<T>(length: number, make: () => T): T[] {
  return Array.from({ length }, make)
}

/** Not by assignment: `__proto__` is to be a name like any other. */
function set(holder: object, name: string | number, value: unknown): void {
  Object.defineProperty(holder, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

interface Place {
  readonly holder: Holder
  readonly name: string | number
}

/** Every place in a value, the outermost first. */
function placesIn(value: unknown, places: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return places
  for (const name of Object.keys(value)) {
    places.push({ holder: value as Holder, name })
    placesIn((value as Holder)[name], places)
  }
  return places
}

/** A large body is some 50 KB. */
const LARGE = 50_000

type Change = (place: Place, random: Random, donor: unknown) => void

const changes: readonly Change[] = [
  ({ holder, name }) => {
    if (Array.isArray(holder)) holder.splice(Number(name), 1)
    else delete holder[name]
  },
  ({ holder, name }, random) => set(holder, name, oddValue(random)),
  ({ holder, name }, random) => set(holder, name, oddValue(random)),
  ({ holder, name }, random) => set(holder, name, retyped(holder[name], random)),
  ({ holder, name }, random) => {
    set(holder, name, random.next() < 0.5 ? [holder[name]] : { [random.pick(names)]: holder[name] })
  },
  ({ holder, name }, random) => {
    if (Array.isArray(holder)) holder.splice(Number(name), 0, oddValue(random))
    else set(holder, random.pick(names), oddValue(random))
  },
  ({ holder, name }) => {
    if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(name)]))
  },
  ({ holder, name }, random, donor) => {
    const from = placesIn(donor)
    if (from.length === 0) return
    const place = random.pick(from)
    set(holder, name, structuredClone(place.holder[place.name]))
  },
  ({ holder, name }, random) => {
    if (Array.isArray(holder) || random.next() < 0.5) return
    const value = holder[name]
    delete holder[name]
    set(holder, random.pick(names), value)
  },
]
/** Taken now and then only: what they make is large. */
const enlargements: readonly Change[] = [
  ({ holder, name }) => {
    const { length } = JSON.stringify(holder[name]) ?? ''
    const item = holder[name]
    set(
      holder,
      name,
      listOf(Math.floor(LARGE / (length + 1)), () => structuredClone(item)),
    )
  },
  ({ holder, name }, random) => {
    let value = holder[name]
    const key = random.pick(['', ...names])
    for (let i = random.pick([70, 500, 600, 1500]); i > 0; i--) {
      value = key === '' ? [value] : holding(key, value)
    }
    set(holder, name, value)
  },
  ({ holder, name }, random) => {
    const value = {}
    for (let i = 0; i < 2000; i++) set(value, `k${i}`, random.pick(words.slice(0, 6)))
    set(holder, name, value)
  },
  ({ holder, name }, random) => {
    set(holder, name, random.pick(['a', ' ', '\ud800', '🎉', '\\', 'สวัสดี']).repeat(LARGE / 6))
  },
]

function holding(key: string, value: unknown): object {
  const holder = {}
  set(holder, key, value)
  return holder
}

/** The same in another type. */
function retyped(value: unknown, random: Random): unknown {
  if (typeof value === 'string') return random.pick([Number(value) || 0, [value], { text: value }])
  if (typeof value === 'number') return random.pick([String(value), -value, value * 1e6, [value]])
  if (typeof value === 'boolean') return random.pick([String(value), Number(value), !value])
  if (Array.isArray(value)) return random.pick([{ ...value }, value[0], JSON.stringify(value)])
  return random.pick([JSON.stringify(value), [value], Object.keys(value ?? {})])
}

/** What is done to a body whose text is not what it should be. */
const spoilings: readonly ((text: string, random: Random) => string | Buffer)[] = [
  (text, random) => text.slice(0, random.integer(text.length)),
  (text, random) => {
    const bytes = Buffer.from(text)
    for (let i = 0; i < 3 && bytes.length > 0; i++) {
      bytes[random.integer(bytes.length)] = random.integer(256)
    }
    return bytes
  },
  text => `\ufeff${text}`,
  text => `${text}${text}`,
  () => '',
  (_, random) => '['.repeat(random.pick([5, 700, 50_000])),
  (_, random) => JSON.stringify(oddValue(random)),
]

/** `body` as bytes, changed in a few places or in none. `donor`: where other parts are taken from. */
export function hostileJson(
  body: unknown,
  { random, donor, id }: { random: Random; donor: unknown; id: (kind: string) => string },
): string | Buffer {
  const root = { body: structuredClone(body) }
  for (let i = random.pick([0, 1, 1, 1, 2, 3, 6]); i > 0; i--) {
    const places = placesIn(root.body)
    if (places.length > 0) random.pick(changes)(random.pick(places), random, donor)
  }
  if (random.integer(40) === 0) {
    const places = placesIn(root.body)
    if (places.length > 0) random.pick(enlargements)(random.pick(places), random, donor)
  }
  const text = (JSON.stringify(root.body) ?? '')
    .replace(RAW, '$1')
    .replace(/"\$([a-z]+)"/g, (_, kind) => JSON.stringify(id(kind)))
  return random.integer(25) === 0 ? random.pick(spoilings)(text, random) : text
}
