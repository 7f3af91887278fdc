/** One request of a hostile client: a right one, or one that is wrong in a place or two. */
import type { Random } from '../../base/random.ts'
import { sdkSurface } from '../../protocol/sdk/surface.ts'
import { hostileJson, oddValue } from './hostile-bodies.ts'
import { hostileForm } from './hostile-forms.ts'
import { type Ids, type Target, targets } from './hostile-targets.ts'

export interface HostileRequest {
  readonly target: Target
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
  /** When it is given up: so many bytes of the answer were read; undefined: never. */
  readonly abortAtBytes: number | undefined
}

export interface Habits {
  /** Of a hundred requests, how many are given up before they are answered. */
  readonly aborts: number
  readonly targets?: readonly Target[]
}

const queries = [
  ...['limit=0', 'limit=-1', 'limit=1e999', 'limit=NaN', 'limit=101', 'order=up', 'after=%00'],
  ...['starting_after=-5', 'starting_after=x', 'starting_after=1e300', 'stream=1', '%', '&&==&'],
  ...['metadata[__proto__]=x', 'metadata[a]=b&metadata[a]=c', 'a[b]=c', 'beta=true', 'purpose=%ff'],
]
const types = [
  ...['text/plain', 'application/xml', '', 'application/json; charset=utf-16', 'APPLICATION/JSON'],
  ...['multipart/form-data', 'application/x-www-form-urlencoded', 'application/json;;', ';'],
]
const methods = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND']
const segments = [
  ...[
    '%00',
    '%',
    '%zz',
    '%2e%2e',
    '..',
    '.',
    '%F0%9F%8E%89',
    '%C3%A9',
    'a%2Fb',
    '__proto__',
    'null',
  ],
  ...['-', `${'x'.repeat(3000)}`, 'constructor', '%ED%A0%80', 'a:b', '(', '*', '', 'a b', '%E0%A4'],
]
const roots = ['/v1', '/v1', '/v1', '', '/openai/v1', '/openai', '/openai/deployments/gpt-4o']

/** What the SDK can ask for besides. */
const others: readonly Target[] = sdkSurface().operations.map(({ method, path }) => ({
  method,
  path,
  ...(method === 'POST' ? { bodies: [{ name: 'a', model: 'gpt-4o' }] } : {}),
}))
const makers = targets.filter(({ id, bodies, forms }) => !id && (bodies ?? forms))
const everyBody = targets.flatMap(({ bodies = [] }) => bodies)

export function hostileRequest(random: Random, ids: Ids, habits: Habits): HostileRequest {
  const target = random.pick(habits.targets ?? kindOfTarget(random))
  const isBroken = random.integer(12) === 0
  const method = isBroken && random.next() < 0.4 ? random.pick(methods) : target.method
  const query = queryOf(target, random, ids)
  const root = isBroken ? random.pick(roots) : '/v1'
  const path = `${root}${pathOf(target, random, ids)}${query === '' ? '' : `?${query}`}`
  const { body, type } = bodyOf(target, random, ids)
  const headers: Record<string, string> = {
    authorization: 'Bearer sk-test',
    'anthropic-version': '2023-06-01',
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(random.integer(20) === 0 ? { 'x-tokadence-key': random.pick(['k', 'é', '']) } : {}),
  }
  if (isBroken) spoilHeaders(headers, random)
  const isGivenUp = random.integer(100) < habits.aborts
  const abortAtBytes = isGivenUp ? random.pick([-1, 0, 0, 1, 500, 3000]) : undefined
  return { target, method, path, headers, body, abortAtBytes }
}

/** Mostly what makes something: there must be something to be asked for. */
function kindOfTarget(random: Random): readonly Target[] {
  if (random.integer(14) === 0) return others
  return random.next() < 0.4 ? makers : targets
}

function spoilHeaders(headers: Record<string, string>, random: Random): void {
  const odd: readonly (() => void)[] = [
    () => delete headers.authorization,
    () => delete headers['anthropic-version'],
    () => Object.assign(headers, { 'content-type': random.pick(types) }),
    () => Object.assign(headers, { 'x-stainless-retry-count': random.pick(['-1', '1e9', 'x']) }),
    () => Object.assign(headers, { expect: '100-continue' }),
    () => Object.assign(headers, { host: 'a"b<c>', 'content-encoding': 'gzip' }),
    () => Object.assign(headers, { connection: 'close', 'transfer-encoding': 'chunked' }),
  ]
  random.pick(odd)()
}

function pathOf({ path, id }: Target, random: Random, ids: Ids): string {
  return path.replace(/[:*](\w+)/g, (_, name) => {
    if (random.integer(5) === 0) return random.pick(segments).replaceAll(' ', '%20')
    if (name === 'item') return ids.pick('item', random)
    return id === undefined ? 'gpt-4o' : ids.pick(id, random)
  })
}

function queryOf({ queries: own = [''] }: Target, random: Random, ids: Ids): string {
  const query = random.integer(6) === 0 ? random.pick(queries) : random.pick(own)
  return query.replace(/\$(\w+)/g, (_, kind) => ids.pick(kind, random))
}

function bodyOf(
  { bodies = [], forms = [] }: Target,
  random: Random,
  ids: Ids,
): { body?: string | Buffer; type?: string } {
  const choices = bodies.length + forms.length
  if (choices === 0) {
    return random.integer(20) > 0
      ? {}
      : { body: JSON.stringify(oddValue(random)), type: 'application/json' }
  }
  const choice = random.integer(choices)
  const form = forms[choice - bodies.length]
  if (form) {
    const { type, bytes } = hostileForm(form, random)
    return { body: bytes, type }
  }
  const donor = random.pick(everyBody)
  const id = (kind: string) => ids.pick(kind, random)
  return { body: hostileJson(bodies[choice], { random, donor, id }), type: 'application/json' }
}
