/** The compose file and the image, as far as they can be judged without a container engine. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { flagName } from '../../base/option-table.ts'
import { commands, defaultCommand } from '../../cli/commands.ts'
import { commonOptions } from '../../cli/settings.ts'
import { createMockServer } from '../../mock-server/index.ts'

interface Service {
  readonly image: string
  readonly build?: string
  readonly user?: string
  readonly command?: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly profiles?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

type Lock = Readonly<
  Record<string, Readonly<Partial<Record<'dependencies' | 'optionalDependencies', object>>>>
>

const root = new URL('../../', import.meta.url)
const composeText = readText('docker-compose.yml')
const compose = parse(composeText) as Compose
const services = Object.entries(compose.services)
const dockerfile = readText('Dockerfile')
const ignored = readText('.dockerignore')
const { version } = JSON.parse(readText('package.json')) as { version: string }

test('mock, Prometheus and Grafana come up by default, the bench when it is asked for', () => {
  expect(services.map(([name, { profiles = [] }]) => [name, profiles])).toEqual([
    ['mock', []],
    ['bench', ['bench']],
    ['prometheus', []],
    ['grafana', []],
  ])
})

test('it is written in the subset that every Compose takes', () => {
  const keys = allKeys(compose)
  expect(Object.keys(compose).sort()).toEqual(['services', 'volumes'])
  for (const refused of ['start_interval', 'content', 'configs', 'include', 'develop', 'extends']) {
    expect(keys).not.toContain(refused)
  }
})

describe.each(services)('%s', (name, service) => {
  test('publishes on 127.0.0.1 only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  test('has an image pinned to a version', () => {
    const own = `tokadence:${version}`
    if (service.build) expect(service.image).toBe(own)
    else expect(service.image).toMatch(/^[a-z]+\/[a-z]+:v?\d+\.\d+\.\d+$/)
  })

  test('is watched by a health check that runs without a shell', () => {
    expect(service.healthcheck?.test[0]).toBe('CMD')
  })

  test('does not run as root', () => {
    const user = service.build ? /^USER (\w+)$/m.exec(dockerfile)?.[1] : service.user
    expect(user).toMatch(/^(node|nobody|472)$/)
  })

  test('mounts what exists, read-only, or a volume that is declared', () => {
    for (const mount of service.volumes ?? []) {
      const [source = '', , mode] = mount.split(':')
      if (source.startsWith('.')) {
        expect(existsSync(new URL(source, root)), source).toBe(true)
        expect(mode).toBe('ro')
      } else expect(Object.keys(compose.volumes)).toContain(source)
    }
  })

  test('waits only for services that are there, and until they are well', () => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(compose.services)).toContain(other)
      expect(condition).toBe('service_healthy')
      // Without its profile, a service that another one needs would never start.
      const needed = compose.services[other]?.profiles ?? []
      expect(needed.filter(profile => !service.profiles?.includes(profile))).toEqual([])
    }
  })

  test('is reached by others at a port that it opens', () => {
    for (const [, host, port] of composeText.matchAll(/http:\/\/([a-z]+):(\d+)/g)) {
      if (host === name) expect(JSON.stringify([service, dockerfile])).toContain(port)
    }
  })
})

describe('the image', () => {
  test.each([
    ['serve', instruction('CMD')],
    ['bench', compose.services.bench!.command!],
  ])('its command %s and the flags are ones that the program knows', async (name, words) => {
    expect(words[0]).toBe(name)
    const listed = commands.find(command => command.name === name)!
    const { options } = await listed.load()
    const known = Object.keys({ ...commonOptions, ...options }).map(flagName)
    const flags = words.filter(word => word.startsWith('--'))
    expect(flags.filter(flag => !known.includes(flag))).toEqual([])
  })

  test('it runs the built program as process 1, off loopback, on the port that it names', async () => {
    expect(instruction('ENTRYPOINT')).toEqual(['node', 'dist/cli/main.js'])
    expect(instruction('CMD')).toEqual(['serve', '--host', '0.0.0.0'])
    expect(instruction('CMD')[0]).toBe(defaultCommand)
    const serve = await commands.find(({ name }) => name === defaultCommand)!.load()
    expect(dockerfile).toMatch(new RegExp(`^EXPOSE ${serve.options.port!.fallback}$`, 'm'))
  })

  test('it stands on one supported Node, with locked packages and without development ones', () => {
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual([
      'node:24-slim',
      'node:24-slim',
    ])
    expect(dockerfile).toMatch(/^RUN npm ci --ignore-scripts$/m)
    expect(dockerfile).toContain('npm prune --omit=dev')
  })

  test('the lock names every package that another one names, or npm ci refuses it', () => {
    const { packages } = JSON.parse(readText('package-lock.json')) as { packages: Lock }
    const unlocked = Object.entries(packages).flatMap(([owner, one]) =>
      Object.keys({ ...one.dependencies, ...one.optionalDependencies })
        .filter(name => !placesOf(owner, name).some(place => place in packages))
        .map(name => `${owner} needs ${name}`),
    )
    expect(unlocked).toEqual([])
  })

  test('what it copies exists and is not kept out', () => {
    const allowed = ignored.split('\n').filter(line => line.startsWith('!'))
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
      .flatMap(([, words]) => words!.split(' '))
      .filter(source => source !== '.')
    expect(sources).toEqual(['package.json', 'package-lock.json', '.npmrc'])
    for (const source of [...sources, ...allowed.map(line => line.slice(1))]) {
      expect(existsSync(new URL(source, root)), source).toBe(true)
    }
    for (const source of sources) expect(allowed).toContain(`!${source}`)
  })

  test('every folder that is compiled gets into it', () => {
    const { include } = JSON.parse(readText('tsconfig.build.json')) as { include: string[] }
    expect(include.filter(path => !ignored.split('\n').includes(`!${path}`))).toEqual([])
  })
})

test('the mock’s health check passes while it serves, and fails when it does not', async () => {
  const mock = await createMockServer()
  const port = String(mock.port)
  const [, ...words] = compose.services.mock!.healthcheck!.test.map(word =>
    word.replace('4010', port),
  )
  expect(words.join(' ')).toContain(`127.0.0.1:${port}/healthz`)
  expect(await exitOf(words)).toBe(0)
  await mock.close()
  expect(await exitOf(words)).toBe(1)
})

describe('docker-compose', () => {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const isMissing = !folders.some(folder => existsSync(join(folder, 'docker-compose')))
  const isSkipped = isMissing && process.env.NO_SKIP !== '1'
  if (isSkipped) process.stderr.write('Skipped: docker-compose is not installed.\n')

  test.skipIf(isSkipped).each([[[]], [['--profile', 'bench']]])(
    'docker-compose itself takes the file, with %j',
    profile => {
      const { status, stderr } = spawnSync('docker-compose', [...profile, 'config', '-q'], {
        cwd: root,
        encoding: 'utf8',
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    },
  )
})

/** The words of a Dockerfile instruction in its JSON form. */
function instruction(name: string): readonly string[] {
  const [, json] = new RegExp(`^${name} (\\[.+\\])$`, 'm').exec(dockerfile) ?? []
  return JSON.parse(json ?? '[]') as string[]
}

/** Where Node looks for `name` from the package at `owner`: beside it, then further and further up. */
function placesOf(owner: string, name: string): readonly string[] {
  const here = `${owner === '' ? '' : `${owner}/`}node_modules/${name}`
  if (owner === '') return [here]
  return [here, ...placesOf(owner.slice(0, Math.max(0, owner.lastIndexOf('/node_modules/'))), name)]
}

/** Not spawnSync: the server that is asked lives in this process. */
async function exitOf([program, ...args]: readonly string[]): Promise<number | null> {
  const child = spawn(program!, args, { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

function allKeys(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(allKeys)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...allKeys(inner)])
}

function readText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}
