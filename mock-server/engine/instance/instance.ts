/**
 * A value that a JSON Schema accepts, drawn from a seed: what a model answers where a schema is asked
 * for, and the arguments of a tool call.
 */
import type { Random } from '../../../base/random.ts'
import type { JsonSchema } from '../../../protocol/ask.ts'
import { isObject } from '../../../protocol/checks.ts'
import type { Drawing } from './drawing.ts'
import { flatten } from './flatten.ts'
import { createHeights } from './height.ts'
import { drawList } from './list.ts'
import { numberFor } from './number.ts'
import { drawObject } from './object.ts'
import { createReferences, isOfType, jsonOf, list, typesOf } from './schema.ts'
import { stringFor } from './string.ts'

export interface InstanceOptions {
  /** Where `#/definitions/NAME` and `#/$defs/NAME` lead that the schema itself does not hold. */
  readonly definitions?: Readonly<Record<string, JsonSchema>> | undefined
  /** How likely a property that is not required is given, 0 to 1; default 0.5. */
  readonly optional?: number
  /** Every number is whole, though the schema lets it be none: where counts are declared as numbers. */
  readonly wholeNumbers?: boolean
  /** What the value is called, where it is a property of something; text suits its name. */
  readonly name?: string
}

/** From here on only what must be. */
const TERSE_DEPTH = 5
const TERSE_NODES = 100
const MAX_DEPTH = 64
const MAX_NODES = 4000
const CHARACTERS_A_NODE = 25

/**
 * Never throws, whatever the schema is, and takes at most a few milliseconds. A schema that nothing can
 * satisfy, or that asks for more than some 4,000 values or 100,000 characters, gets a near miss. `not` is not looked at.
 */
export function instanceOf(
  schema: JsonSchema,
  random: Random,
  { definitions = {}, optional = 0.5, wholeNumbers = false, name = '' }: InstanceOptions = {},
): unknown {
  const resolve = createReferences(schema, definitions)
  const heightOf = createHeights(resolve)
  let nodes = 0
  const drawing: Drawing = { random, optional, isSpent: () => nodes > MAX_NODES, draw }

  function draw(wanted: unknown, name: string, depth: number): unknown {
    const terse = depth >= TERSE_DEPTH || nodes >= TERSE_NODES
    nodes += 1 + weightOf(name)
    if (nodes > MAX_NODES || depth > MAX_DEPTH) return null
    const value = drawAny(wanted, name, depth, terse)
    nodes += weightOf(value)
    return value
  }

  function drawAny(wanted: unknown, name: string, depth: number, terse: boolean): unknown {
    const flat = flatten(wanted, resolve, branches => inOrder(branches, terse))
    if (Object.hasOwn(flat, 'const')) return whole(flat.const)
    const types = typesOf(flat)
    const listed = list(flat.enum).filter(value => types.some(type => isOfType(value, type)))
    if (listed.length > 0) return whole(random.pick(listed))
    switch (chooseType(types, terse)) {
      case 'object':
        return drawObject(drawing, flat, { name, depth, terse })
      case 'array':
        return drawList(drawing, flat, { name, depth, terse })
      case 'string':
        return stringFor(flat, name, random)
      case 'integer':
        return numberFor(flat, name, true, random)
      case 'number':
        return numberFor(flat, name, wholeNumbers, random)
      case 'boolean':
        return random.next() < 0.5
      default:
        return null
    }
  }

  /** A value that the schema gives, which may be of any size. */
  function whole(value: unknown): unknown {
    if (typeof value !== 'object') return value
    const json = jsonOf(value)
    nodes += weightOf(json)
    return json === undefined ? null : value
  }

  /** The branches in the order to be tried: what is null last, mostly. */
  function inOrder(branches: readonly unknown[], terse: boolean): readonly unknown[] {
    if (branches.length < 2) return branches
    if (terse) {
      const heights = new Map(branches.map(branch => [branch, heightOf(branch)]))
      return [...branches].sort((a, b) => heights.get(a)! - heights.get(b)!)
    }
    const first = random.integer(branches.length)
    const turned = [...branches.slice(first), ...branches.slice(0, first)]
    if (!isNull(turned[0]) || random.next() < NULL_SHARE) return turned
    return [...turned.slice(1), turned[0]]
  }

  function chooseType(types: readonly string[], terse: boolean): string {
    const simple = terse ? types.filter(type => type !== 'object' && type !== 'array') : types
    const choice = simple.length > 0 ? simple : types
    const valued = choice.filter(type => type !== 'null')
    if (valued.length === 0) return 'null'
    return valued.length < choice.length && random.next() < NULL_SHARE
      ? 'null'
      : random.pick(valued)
  }

  return draw(schema, name, 0)
}

/** Long text counts as many values do; what is composed has been counted part by part. */
function weightOf(value: unknown): number {
  return typeof value === 'string' ? Math.floor(value.length / CHARACTERS_A_NODE) : 0
}

/** How often null is taken where something else would do as well. */
const NULL_SHARE = 0.15

function isNull(schema: unknown): boolean {
  return isObject(schema) && (schema.type === 'null' || schema.const === null)
}
