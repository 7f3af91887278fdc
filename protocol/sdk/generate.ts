/**
 * Makes `surface.generated.json` from the installed `openai` package: its operations and the JSON Schema of
 * all that they answer. Part of the build, not of the product.
 *
 * `tsx protocol/sdk/generate.ts [--out FOLDER]`: with a folder, a copy goes there as well.
 */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { addDefinitions, type Definitions, targetOf } from './generate-definitions.ts'
import { readOperations } from './generate-operations.ts'
import type { Operation, Surface } from './surface.ts'

const FILE = 'surface.generated.json'
const here = fileURLToPath(new URL('.', import.meta.url))

export async function generateSurface(): Promise<Surface> {
  const { operations, imports } = readOperations(packageRoot('openai'))
  const aliases = operations.flatMap(({ response, stream }, i): [string, string | undefined][] => [
    [`Answer${i}`, response],
    [`Events${i}`, stream],
  ])
  const types = aliases.filter((alias): alias is [string, string] => alias[1] !== undefined)
  const { definitions, names } = await schemasOf(types, imports)
  const named = operations.map(({ operation }, i): Operation => {
    const response = names.get(`Answer${i}`)
    const stream = names.get(`Events${i}`)
    return { ...operation, ...(response && { response }), ...(stream && { stream }) }
  })
  const { version } = readPackage('openai')
  return { version, fingerprint: fingerprint(), operations: named, definitions }
}

/** `names`: where the schema of each alias is among the definitions. */
async function schemasOf(
  types: readonly (readonly [alias: string, type: string])[],
  imports: ReadonlyMap<string, string>,
): Promise<{ definitions: Definitions; names: Map<string, string> }> {
  // It brings a compiler along, which takes a second to load: not where all is up to date.
  const { createGenerator } = await import('ts-json-schema-generator')
  const folder = mkdtempSync(join(tmpdir(), 'tokadence-sdk-'))
  try {
    const path = join(folder, 'types.ts')
    const text = [
      ...[...imports].map(
        ([name, from]) => `import type * as ${name} from '${from.replaceAll('\\', '/')}'`,
      ),
      ...types.map(([alias, type]) => `export type ${alias} = ${type}`),
    ]
    writeFileSync(path, text.join('\n'))
    const generator = createGenerator({
      path,
      skipTypeCheck: true,
      jsDoc: 'none',
      // What the provider adds tomorrow is no fault.
      additionalProperties: true,
      encodeRefs: false,
    })
    const definitions: Definitions = {}
    const names = new Map<string, string>()
    // One by one: within one set, types of the same name would be taken for each other.
    for (const [alias] of types) {
      const set = { ...generator.createSchema(alias).definitions } as Definitions
      const target = targetOf(set[alias])
      // An alias that only points to a type of the package is not needed.
      if (target !== undefined) delete set[alias]
      const name = target ?? alias
      names.set(alias, addDefinitions(definitions, set).get(name) ?? name)
    }
    return { definitions, names }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The folder of an installed package; its `exports` may not let its package.json be asked for. */
function packageRoot(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name))
  while (!folder.endsWith(join('node_modules', name))) folder = dirname(folder)
  return folder
}

function readPackage(name: string): { version: string } {
  return JSON.parse(readFileSync(join(packageRoot(name), 'package.json'), 'utf8'))
}

/** Of the two packages and of these files. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const name of ['openai', 'ts-json-schema-generator']) hash.update(readPackage(name).version)
  for (const name of ['generate.ts', 'generate-definitions.ts', 'generate-operations.ts']) {
    hash.update(readFileSync(join(here, name)))
  }
  return hash.digest('hex').slice(0, 16)
}

function isUpToDate(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Surface).fingerprint === fingerprint()
  } catch {
    // Half written: it is made again.
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } })
  const path = join(here, FILE)
  if (!isUpToDate(path)) writeFileSync(path, JSON.stringify(await generateSurface()))
  if (values.out !== undefined) {
    mkdirSync(values.out, { recursive: true })
    copyFileSync(path, join(values.out, FILE))
  }
}
