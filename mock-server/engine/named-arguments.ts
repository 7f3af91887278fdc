/**
 * Arguments that the prompt spells out, so that whoever tests a tool can say what it is called with:
 * `path "notes.md"`, `city=Oslo`, and, up to the prompt's end, `content exactly: …`.
 */
import type { JsonSchema } from '../../protocol/ask.ts'

const MAX_LENGTH = 65_536
/** A schema with more properties is not one that a test spells out. */
const MAX_PROPERTIES = 100

/** `value` with each plain string replaced that the prompt gives under its name. */
export function withNamedArguments(value: unknown, schema: JsonSchema, prompt: string): unknown {
  if (!isObject(value) || !isObject(schema) || !isObject(schema.properties)) return value
  const text = prompt.slice(0, MAX_LENGTH)
  const properties = Object.entries(schema.properties).slice(0, MAX_PROPERTIES)
  const named = properties.flatMap(([name, property]) => {
    const said = isFreeText(property) ? namedIn(text, name) : undefined
    return said === undefined ? [] : [[name, said] as const]
  })
  return named.length === 0 ? value : { ...value, ...Object.fromEntries(named) }
}

type Json = { readonly [key: string]: unknown }

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFreeText(schema: unknown): boolean {
  if (!isObject(schema) || schema.type !== 'string') return false
  return ['enum', 'const', 'pattern', 'format', 'maxLength'].every(
    word => schema[word] === undefined,
  )
}

/** Every repetition has a bound: the time is one of the text's length. */
function namedIn(text: string, name: string): string | undefined {
  if (!/^[A-Za-z_]\w{0,63}$/.test(name)) return undefined
  const whole = new RegExp(`\\b${name} exactly:\\s?([\\s\\S]+)$`).exec(text)?.[1]
  if (whole !== undefined) return whole
  const [, quoted, word] =
    new RegExp(
      `\\b${name}(?: ?[=:] ?| )(?:"([^"]{0,4096})"|([^\\s"=,;]{0,256}[\\d./=_-][^\\s",;]{0,4096}))`,
    ).exec(text) ?? []
  return quoted ?? word
}
