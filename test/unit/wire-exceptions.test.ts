import { expect, test } from 'vitest'
import { accepts } from '../../mock-server/engine/instance/accepts.ts'
import {
  createReferences,
  list,
  type SchemaObject,
} from '../../mock-server/engine/instance/schema.ts'
import { isObject } from '../../protocol/checks.ts'
import { sdkSurface } from '../../protocol/sdk/surface.ts'
import { type WireException, wireExceptions } from '../helpers/wire-exceptions.ts'

const resolve = createReferences({}, sdkSurface().definitions)

/** The schema and each that it may stand for. */
function branchesOf(schema: unknown): SchemaObject[] {
  if (!isObject(schema)) return []
  const parts = [
    ...list(schema.anyOf),
    ...(typeof schema.$ref === 'string' ? [resolve(schema.$ref)] : []),
  ]
  return [schema, ...parts.flatMap(branchesOf)]
}

/** The types that hold the place. */
function holdersOf(schema: unknown, [step = '', ...rest]: readonly string[]): SchemaObject[] {
  const name = step.replace('[]', '')
  const holders = branchesOf(schema).filter(
    ({ properties }) => isObject(properties) && Object.hasOwn(properties, name),
  )
  if (rest.length === 0) return holders
  const inner = holders.map(({ properties }) => (properties as SchemaObject)[name])
  const items = step.endsWith('[]') ? inner.flatMap(branchesOf).map(({ items }) => items) : inner
  return items.flatMap(item => holdersOf(item, rest))
}

function isForbidden({ at, has }: WireException, holder: SchemaObject): boolean {
  const name = at.split('.').at(-1)!.replace('[]', '')
  if (has === 'nothing') return list(holder.required).includes(name)
  const value = has === 'null' ? null : 'some text'
  return !accepts((holder.properties as SchemaObject)[name], value, resolve)
}

const named = wireExceptions.map((row): [string, WireException] => [
  `${row.definition}.${row.at} has ${row.has}`,
  row,
])

test.each(named)('%s, which the SDK forbids', (_, exception) => {
  const holders = holdersOf(
    { $ref: `#/definitions/${exception.definition}` },
    exception.at.split('.'),
  )
  expect(holders.some(holder => isForbidden(exception, holder))).toBe(true)
})
