/** What a property of a name might hold: a city's name in `city`, an address in `email`. */
import type { Random } from '../../../base/random.ts'
import { sentences } from '../corpus.ts'

/** The words of `shippingAddress`, `shipping_address` or `shipping-address`, the last first: it names the thing. */
export function lastWords(name: string): string[] {
  return name
    .slice(-MAX_NAME)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean)
    .reverse()
}
const MAX_NAME = 100

/** What one of `participants` or `cities` is called. */
export function singular(name: string): string {
  if (/ies$/i.test(name)) return name.replace(/ies$/i, 'y')
  return name.replace(/(?<=[^s])s$/i, '')
}

const FIRST = ['Ada', 'Alan', 'Grace', 'Linus', 'Marie', 'Niels', 'Rosa', 'Tim']
const LAST = ['Baker', 'Fischer', 'Garcia', 'Kowalski', 'Lindgren', 'Moreau', 'Rossi', 'Tanaka']
const CITIES = ['Paris', 'Berlin', 'Kyoto', 'Lisbon', 'Nairobi', 'Oslo', 'Toronto', 'Vienna']
const COUNTRIES = ['France', 'Germany', 'Japan', 'Portugal', 'Kenya', 'Norway', 'Canada', 'Austria']
const NOUNS = ['lamp', 'chair', 'notebook', 'bicycle', 'kettle', 'window', 'garden', 'compass']
const ADJECTIVES = ['quiet', 'blue', 'small', 'warm', 'early', 'round', 'green', 'old']
const MODELS = ['gpt-4o-mini', 'gpt-4.1', 'gpt-5-mini']

type Make = (random: Random) => string

const oneOf =
  (...values: readonly string[]): Make =>
  random =>
    random.pick(values)
const first = oneOf(...FIRST)
const last = oneOf(...LAST)
const city = oneOf(...CITIES)
const noun = oneOf(...NOUNS)
const sentence: Make = random => random.pick(sentences).join('').trim()
const phrase: Make = random => `${random.pick(ADJECTIVES)} ${noun(random)}`
const email: Make = random =>
  `${first(random).toLowerCase()}.${last(random).toLowerCase()}@example.com`
const url: Make = random => `https://example.com/${noun(random)}`
const date: Make = random => `2025-${pad(1 + random.integer(12))}-${pad(1 + random.integer(28))}`
const time: Make = random =>
  `${pad(random.integer(24))}:${pad(random.integer(60))}:${pad(random.integer(60))}`
const identifier: Make = random => letters(random, 12, 'abcdefghijklmnopqrstuvwxyz0123456789')
const uuid: Make = random => {
  const hex = (count: number) => letters(random, count, '0123456789abcdef')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

function letters(random: Random, count: number, alphabet: string): string {
  let text = ''
  while (text.length < count) text += alphabet[random.integer(alphabet.length)]
  return text
}

const byName = new Map<string, Make>(
  Object.entries<Make>({
    name: random => `${first(random)} ${last(random)}`,
    author: random => `${first(random)} ${last(random)}`,
    person: random => `${first(random)} ${last(random)}`,
    participant: random => `${first(random)} ${last(random)}`,
    user: random => first(random).toLowerCase(),
    username: random => first(random).toLowerCase(),
    first: oneOf(...FIRST),
    last: oneOf(...LAST),
    surname: oneOf(...LAST),
    city,
    location: city,
    place: city,
    town: city,
    destination: city,
    origin: city,
    country: oneOf(...COUNTRIES),
    state: oneOf('California', 'Bavaria', 'Ontario', 'Oregon'),
    region: oneOf('Europe', 'North America', 'Asia'),
    street: random => `${1 + random.integer(99)} Station Road`,
    address: random => `${1 + random.integer(99)} Station Road, ${city(random)}`,
    zip: random => String(10_000 + random.integer(89_999)),
    phone: random => `+1-555-01${pad(random.integer(100))}`,
    email,
    url,
    uri: url,
    link: url,
    website: url,
    domain: oneOf('example.com', 'example.org'),
    host: oneOf('example.com', 'example.org'),
    id: identifier,
    key: identifier,
    token: identifier,
    hash: identifier,
    uuid,
    date,
    day: oneOf('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'),
    month: oneOf('January', 'April', 'July', 'October'),
    time: random => time(random).slice(0, 5),
    year: random => String(1990 + random.integer(36)),
    timezone: oneOf('UTC', 'Europe/Paris', 'Asia/Tokyo'),
    currency: oneOf('EUR', 'USD', 'JPY'),
    language: oneOf('English', 'French', 'German', 'Japanese'),
    locale: oneOf('en-US', 'fr-FR', 'de-DE'),
    color: oneOf('red', 'green', 'blue', 'yellow'),
    colour: oneOf('red', 'green', 'blue', 'yellow'),
    unit: oneOf('celsius', 'fahrenheit'),
    company: oneOf('Northwind', 'Blue Harbour', 'Riverside Works'),
    organization: oneOf('Northwind', 'Blue Harbour', 'Riverside Works'),
    product: noun,
    item: noun,
    category: oneOf('general', 'travel', 'kitchen', 'garden'),
    tag: noun,
    keyword: noun,
    ingredient: oneOf('flour', 'water', 'salt', 'butter', 'sugar'),
    label: noun,
    model: oneOf(...MODELS),
    status: oneOf('active', 'pending', 'done'),
    priority: oneOf('low', 'medium', 'high'),
    version: random => `1.${random.integer(10)}.${random.integer(10)}`,
    file: random => `${noun(random)}.txt`,
    filename: random => `${noun(random)}.txt`,
    path: random => `/home/user/${noun(random)}.txt`,
    answer: sentence,
    code: random => letters(random, 4, 'ABCDEFGHJKLMNPQRSTUVWXYZ'),
    expression: random => `${1 + random.integer(9)} + ${1 + random.integer(9)}`,
    title: phrase,
    subject: phrase,
    topic: phrase,
    query: phrase,
  }),
)
for (const name of [
  'text',
  'content',
  'description',
  'summary',
  'message',
  'body',
  'comment',
  'note',
]) {
  byName.set(name, sentence)
}
for (const name of [
  'reason',
  'reasoning',
  'explanation',
  'step',
  'output',
  'instructions',
  'prompt',
]) {
  byName.set(name, sentence)
}
for (const name of ['thought', 'review', 'feedback', 'question', 'conclusion', 'analysis', 'bio']) {
  byName.set(name, sentence)
}

/** Text for a property of this name; a few words where the name says nothing. */
export function wordsFor(name: string, random: Random): string {
  for (const word of lastWords(name)) {
    const make = byName.get(word)
    if (make) return make(random)
  }
  return phrase(random)
}

const byFormat = new Map<string, Make>(
  Object.entries<Make>({
    'date-time': random => `${date(random)}T${time(random)}Z`,
    date,
    time: random => `${time(random)}Z`,
    duration: random => `PT${1 + random.integer(59)}M`,
    email,
    'idn-email': email,
    uri: url,
    url,
    iri: url,
    'uri-reference': url,
    'iri-reference': url,
    'uri-template': url,
    uuid,
    ipv4: random => `192.0.2.${1 + random.integer(254)}`,
    ipv6: random => `2001:db8::${(1 + random.integer(65_534)).toString(16)}`,
    hostname: random => `${noun(random)}.example.com`,
    'idn-hostname': random => `${noun(random)}.example.com`,
    regex: () => '^[a-z]+$',
    'json-pointer': random => `/${noun(random)}`,
    'relative-json-pointer': () => '0',
    byte: random => Buffer.from(noun(random)).toString('base64'),
    base64: random => Buffer.from(noun(random)).toString('base64'),
  }),
)

/** Undefined: no format of that name is known. */
export function formatted(format: string, random: Random): string | undefined {
  return byFormat.get(format)?.(random)
}
