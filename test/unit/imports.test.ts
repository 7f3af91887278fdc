/** The map of CONTRIBUTING.md, held against the import lines of the sources. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What each folder may import besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ['base'],
  'mock-server': ['base', 'protocol'],
  client: ['base', 'protocol'],
  bench: ['base', 'protocol', 'mock-server', 'client'],
  cli: ['base', 'protocol', 'mock-server', 'client', 'bench'],
}

interface Import {
  readonly from: string
  /** A path from the root of the repository, or the name of a package or of a part of Node. */
  readonly to: string
  readonly isLocal: boolean
  readonly isTypeOnly: boolean
  /** `await import(…)`: loaded when it is needed. */
  readonly isLazy: boolean
}

const sources = new Map(
  [...Object.keys(mayImport).flatMap(filesIn), 'index.ts'].map(path => [
    path,
    withoutComments(readFileSync(join(root, path), 'utf8')),
  ]),
)
const imports = [...sources].flatMap(([from, text]) => importsOf(from, text))
const local = imports.filter(({ isLocal }) => isLocal)

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => `${folder}/${path.replaceAll('\\', '/')}`)
}

/** Whole-line and block comments only: a string may well hold two slashes. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function importsOf(from: string, text: string): Import[] {
  const lines =
    /^(?<start>import|export)\b(?<names>[^'"`;=]*?\bfrom)?\s*['"](?<name>[^'"]+)['"]|\bimport\(\s*['"](?<lazy>[^'"]+)['"]/gm
  return [...text.matchAll(lines)].map(({ groups = {} }) => {
    const to = groups.lazy ?? groups.name!
    const isLocal = to.startsWith('.')
    return {
      from,
      to: isLocal ? posix.join(posix.dirname(from), to) : to,
      isLocal,
      isTypeOnly: /^\s+type\b/.test(groups.names ?? ''),
      isLazy: groups.lazy !== undefined,
    }
  })
}

const folderOf = (path: string) => path.split('/')[0]!
const words = ({ from, to }: Import) => `${from} → ${to}`

test('the reading of import lines misses none', () => {
  const lines = `import a, { type B } from './b.ts'
import type {
  C,
} from '../c.ts'
export * from './d.ts'
import './e.ts'
export const f = async () => await import('f')`
  expect(importsOf('base/a.ts', lines)).toMatchObject([
    { to: 'base/b.ts', isLocal: true, isTypeOnly: false },
    { to: 'c.ts', isLocal: true, isTypeOnly: true },
    { to: 'base/d.ts', isLocal: true, isTypeOnly: false },
    { to: 'base/e.ts', isLocal: true, isTypeOnly: false },
    { to: 'f', isLocal: false, isLazy: true },
  ])
  expect(sources.size).toBeGreaterThan(80)
  for (const [from, text] of sources) {
    const quoted = text.match(/\bfrom ['"][^'"]+['"]$|^import ['"]|\bimport\((?!\w)/gm) ?? []
    expect(importsOf(from, text).length, from).toBe(quoted.length)
  }
})

test('what a user names is loaded in one place', () => {
  const loaders = [...sources].filter(([, text]) => /\bimport\(\w/.test(text))
  expect(loaders.map(([path]) => path)).toEqual(['bench/work/load-script.ts'])
})

test('every local import is of a file that is there', () => {
  const isThere = (path: string) => sources.has(path) || path === 'package.json'
  expect(local.filter(({ to }) => !isThere(to)).map(words)).toEqual([])
})

test.each(Object.entries(mayImport))('%s imports nothing but itself and %j', (folder, allowed) => {
  const strays = local.filter(
    ({ from, to }) =>
      folderOf(from) === folder && folderOf(to) !== folder && !allowed.includes(folderOf(to)),
  )
  expect(strays.map(words)).toEqual([])
})

test('the library does not import the command line', () => {
  expect(local.filter(({ from }) => from === 'index.ts').length).toBeGreaterThan(3)
  const strays = local.filter(({ from, to }) => folderOf(from) !== 'cli' && folderOf(to) === 'cli')
  expect(strays.map(words)).toEqual([])
})

test('inside the server, dialects know nothing of it, the engine knows dialects only, and nobody the front door', () => {
  const server = local.filter(
    ({ from, to }) => folderOf(from) === 'mock-server' && folderOf(to) === 'mock-server',
  )
  const partOf = (path: string) => path.split('/')[1]!
  const doors = ['index.ts', 'vitest.ts']
  const strays = server.filter(({ from, to }) => {
    const [own, other] = [partOf(from), partOf(to)]
    if (own === other || doors.includes(own)) return false
    if (own === 'dialects') return true
    if (own === 'engine') return other !== 'dialects'
    return doors.includes(other) || (own !== 'http' && other === 'http')
  })
  expect(strays.map(words)).toEqual([])
})

test('the engine needs no package, no socket and no file; hashing is as pure as arithmetic', () => {
  const strays = imports.filter(
    ({ from, to, isLocal }) =>
      from.startsWith('mock-server/engine/') && !isLocal && to !== 'node:crypto',
  )
  expect(strays.map(words)).toEqual([])
})

test('no files import each other in a ring, types included; what is loaded lazily is no part of one', () => {
  const next = new Map<string, string[]>()
  for (const { from, to, isLazy } of local) {
    if (!isLazy) next.set(from, [...(next.get(from) ?? []), to])
  }
  expect(ringIn(next)).toBe(undefined)
  expect(ringIn(new Map(Object.entries({ a: ['b'], b: ['c', 'd'], d: ['b'] })))).toBe('b → d → b')
})

/** The first ring found, in words. */
function ringIn(next: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' → ')
    if (done.has(path)) return undefined
    for (const to of next.get(path) ?? []) {
      const ring = visit(to, [...trail, path])
      if (ring !== undefined) return ring
    }
    done.add(path)
    return undefined
  }
  for (const path of next.keys()) {
    const ring = visit(path, [])
    if (ring !== undefined) return ring
  }
  return undefined
}

/** Where each package is at home; types may be used elsewhere. */
const homes: readonly (readonly [name: string, ...paths: string[]])[] = [
  ['@pydantic/genai-prices', 'protocol/prices.ts'],
  ['@fastify/busboy', 'mock-server/http/read-form.ts'],
  ['autocannon', 'bench/drivers/autocannon.ts'],
  ['eventsource-parser', 'client/event-stream.ts'],
  ['express', 'client/relay/app.ts', 'mock-server/http/operations.ts'],
  ['hdr-histogram-js', 'bench/hdr-counts.ts'],
  ['js-tiktoken', 'protocol/tokens/vocabulary.ts'],
  ['openai', 'client/transport-sdk.ts'],
  ['prom-client', 'base/instruments.ts', 'bench/prometheus.ts'],
  ['router', 'mock-server/http/endpoint.ts'],
  ['undici', 'client/transport-sdk.ts', 'client/transport-wire.ts', 'mock-server/http/proxy.ts'],
  ['yaml', 'base/config-file.ts'],
  ['yargs', 'cli/help.ts'],
  ['yargs-parser', 'cli/parse-arguments.ts'],
]

test.each(homes)('%s is used at home only', (name, ...paths) => {
  const users = imports.filter(
    ({ to, isTypeOnly }) => (to === name || to.startsWith(`${name}/`)) && !isTypeOnly,
  )
  expect([...new Set(users.map(({ from }) => from))].sort()).toEqual(paths)
})

test.each([
  ['Date.now(', ['base/clock.ts']],
  ['new Date()', []],
  // Work in slices asks how long it has held the event loop.
  ['performance.now(', ['base/clock.ts', 'base/slices.ts', 'cli/']],
  ['Math.random(', []],
  ['process.env', ['cli/', 'mock-server/vitest.ts']],
  ['process.exit(', ['cli/']],
])('time, chance and environment come in as arguments: %s', (call, allowed) => {
  const users = [...sources].filter(([, text]) => text.includes(call)).map(([path]) => path)
  expect(users.filter(path => !allowed.some(place => path.startsWith(place)))).toEqual([])
})
