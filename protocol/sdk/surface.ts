/**
 * The HTTP surface of the `openai` package that this was built with: its operations, and the JSON Schema
 * of what each answers. Read from a file that `generate.ts` makes of the package's own types.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { JsonSchema } from '../ask.ts'

/**
 * `page`: a list of `response`. `binary`: bytes. `none`: an empty body.
 */
export type OperationKind = 'json' | 'page' | 'binary' | 'none'

export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Without `/v1` and query, `:name` for what varies: `/files/:fileID/content`. */
  readonly path: string
  /** Asked for with `?beta=true`. */
  readonly beta: boolean
  readonly kind: OperationKind
  /** The definition of the object answered, or of a page's items; undefined for the other kinds. */
  readonly response?: string
  /** The definition of a stream's events, where it may stream. */
  readonly stream?: string
}

export interface Surface {
  /** Of the `openai` package. */
  readonly version: string
  /** Of what it was made from; another one: it is to be made again. */
  readonly fingerprint: string
  readonly operations: readonly Operation[]
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

export interface FoundOperation {
  readonly operation: Operation
  /** The path's `:name` parts, decoded. */
  readonly params: Readonly<Record<string, string>>
}

const file = new URL('./surface.generated.json', import.meta.url)
let loaded: Surface | undefined

/** Read at the first call: half a megabyte, some milliseconds. Throws when it was never generated. */
export function sdkSurface(): Surface {
  if (!loaded && !existsSync(file)) {
    throw new Error(`${file.pathname} is missing; \`npm run build\` makes it.`)
  }
  loaded ??= JSON.parse(readFileSync(file, 'utf8')) as Surface
  return loaded
}

let byShape: Map<string, Operation[]> | undefined

/** `path`: without `/v1`. Undefined: the SDK has no such operation. */
export function operationFor(
  method: string,
  path: string,
  beta = false,
): FoundOperation | undefined {
  byShape ??= groupByShape(sdkSurface().operations)
  const parts = path.split('/')
  const matching = (byShape.get(shapeOf(method, parts)) ?? []).flatMap(operation => {
    const params = matchPath(operation.path.split('/'), parts)
    return params ? [{ operation, params }] : []
  })
  // `/videos/characters` before `/videos/:id`; the beta's own only where it is asked for.
  matching.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)
  return matching.find(found => found.operation.beta === beta) ?? matching[0]
}

/** What a path that varies cannot change. */
function shapeOf(method: string, parts: readonly string[]): string {
  return `${method} ${parts.length} ${parts[1]}`
}

function groupByShape(operations: readonly Operation[]): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>()
  for (const operation of operations) {
    const shape = shapeOf(operation.method, operation.path.split('/'))
    groups.set(shape, [...(groups.get(shape) ?? []), operation])
  }
  return groups
}

function matchPath(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  for (const [i, part] of parts.entries()) {
    const expected = pattern[i]!
    if (!expected.startsWith(':')) {
      if (expected !== part) return undefined
    } else if (part === '') return undefined
    else params[expected.slice(1)] = decode(part)
  }
  return params
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
