/**
 * What an operation of the SDK might answer, where no more is known of it than its types: an object that
 * they accept, with what the request said in it. What was made is found again by its id.
 */
import { createRandom } from '../../base/random.ts'
import type { JsonSchema } from '../../protocol/ask.ts'
import { isObject } from '../../protocol/checks.ts'
import type { Operation, Surface } from '../../protocol/sdk/surface.ts'
import { accepts } from './instance/accepts.ts'
import { flatten } from './instance/flatten.ts'
import { instanceOf } from './instance/instance.ts'
import { createReferences, type SchemaObject } from './instance/schema.ts'
import { createStore } from './store.ts'

export interface AskedOperation {
  readonly operation: Operation
  /** The path's `:name` parts. */
  readonly params: Readonly<Record<string, string>>
  /** The parsed JSON or the form's fields. */
  readonly body: unknown
}

export interface StandIns {
  /** An object, or a page of one. The same for the same request, but for what was asked before. */
  answer(asked: AskedOperation): unknown
  /** The events of a stream, as the SDK's type has them. */
  events(asked: AskedOperation): unknown[]
}

/** Where one of these is allowed, it is: who polls need not wait. The first is the best. */
const FINAL = ['completed', 'succeeded', 'processed', 'ready', 'active']
/** What tells of trouble is left out where it may be. */
const TROUBLES = [
  'error',
  'last_error',
  'incomplete_details',
  'required_action',
  'cancelled_at',
  'failed_at',
  'expired_at',
]
const KEPT_OBJECTS = 1000

export function createStandIns({ operations, definitions }: Surface, seed: number): StandIns {
  const made = createStore<{ id: string; object: SchemaObject }>(KEPT_OBJECTS)
  /** What stands at a path: the definition that its GET answers. */
  const subjects = new Map(
    operations
      .filter(({ method, kind }) => method === 'GET' && kind === 'json')
      .map(({ path, response }) => [anonymous(path), response]),
  )

  /** The object that a request is about, where it is about one that is there. */
  function subjectOf({
    operation,
    params,
  }: AskedOperation): { id: string; key: string } | undefined {
    const name = /.*:(\w+)/.exec(operation.path)?.[1]
    const path = operation.path.slice(0, operation.path.lastIndexOf(`:${name}`) + `:${name}`.length)
    const definition = subjects.get(anonymous(path))
    const isIt = definition === operation.response || isDeletion(operation)
    if (name === undefined || definition === undefined || !isIt) return undefined
    // `/skills/:skill_id/versions/:version` has no id in its path.
    return /(id|model)$/i.test(name)
      ? { id: params[name]!, key: `${definition} ${params[name]}` }
      : undefined
  }

  function randomOf({ operation: { method, path }, params, body }: AskedOperation) {
    return createRandom(seed, 'stand-in', method, path, JSON.stringify([params, body]))
  }

  function objectFor(asked: AskedOperation, definition: string): unknown {
    const schema: JsonSchema = { $ref: `#/definitions/${definition}` }
    const resolve = createReferences(schema, definitions)
    const subject = subjectOf(asked)
    const first: unknown =
      (subject && !isDeletion(asked.operation) ? made.get(subject.key)?.object : undefined) ??
      instanceOf(schema, randomOf(asked), { definitions, optional: 0, wholeNumbers: true })
    if (!isObject(first)) return first
    let object = first
    const { properties } = flatten(schema, resolve, branches => branches)
    for (const [name, value] of saidIn(asked, subject?.id)) {
      if (!isObject(properties) || !Object.hasOwn(properties, name)) continue
      const changed: SchemaObject = { ...object, [name]: value }
      if (accepts(schema, changed, resolve)) object = changed
    }
    return object
  }

  function remember(object: unknown, { operation: { response } }: AskedOperation): void {
    if (!isObject(object) || typeof object.id !== 'string') return
    made.put({ id: `${response} ${object.id}`, object })
  }

  function answer(asked: AskedOperation): unknown {
    const { kind, response } = asked.operation
    const deletes = isDeletion(asked.operation)
    const subject = subjectOf(asked)
    if (response === undefined) return { id: subject?.id, deleted: deletes }
    const object = objectFor(asked, response)
    if (deletes && subject) made.delete(subject.key)
    else remember(object, asked)
    return kind === 'page' ? pageWith(object) : object
  }

  function events(asked: AskedOperation): unknown[] {
    const { stream = '' } = asked.operation
    const schema: JsonSchema = { $ref: `#/definitions/${stream}` }
    const resolve = createReferences(schema, definitions)
    const object = answer(asked)
    const kind = isObject(object) ? object.object : undefined
    const told = ['created', 'completed'].map(what => ({ event: `${kind}.${what}`, data: object }))
    if (told.every(event => accepts(schema, event, resolve))) return told
    return [instanceOf(schema, randomOf(asked), { definitions, optional: 0, wholeNumbers: true })]
  }

  return { answer, events }
}

function isDeletion({ method }: Operation): boolean {
  return method === 'DELETE'
}

/** What a request tells of the object, the surest last. */
function saidIn(
  { operation, params, body }: AskedOperation,
  id: string | undefined,
): [string, unknown][] {
  return [
    ...TROUBLES.map((name): [string, unknown] => [name, null]),
    ...FINAL.map((status): [string, unknown] => ['status', status]).reverse(),
    ...(isObject(body) ? Object.entries(body) : []),
    ...Object.entries(params).map(([name, value]): [string, unknown] => [snakeCase(name), value]),
    ...(id === undefined ? [] : ([['id', id]] satisfies [string, unknown][])),
    ...(isDeletion(operation) ? ([['deleted', true]] satisfies [string, unknown][]) : []),
  ]
}

/** `next` is how the organization's lists go on; they are at their end. */
function pageWith(item: unknown) {
  const id = isObject(item) && typeof item.id === 'string' ? item.id : null
  return { object: 'list', data: [item], first_id: id, last_id: id, has_more: false, next: null }
}

/** `/threads/:threadID` and `/threads/:thread_id` are one path. */
function anonymous(path: string): string {
  return path.replace(/:\w+/g, ':')
}

/** `threadID` as the wire has it: `thread_id`. */
function snakeCase(name: string): string {
  return name.replace(/ID$/, 'Id').replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
