/**
 * Checks of one field each, in the words of the API: a request's parser is a table of them.
 *
 * Null stands for leaving a field out, so every check lets null and undefined pass.
 */
import {
  arrayTooLong,
  emptyArray,
  emptyString,
  missingParameter,
  outOfRange,
  patternMissed,
  propertyNameTooLong,
  stringTooLong,
  tooManyProperties,
  unknownParameter,
  unsupportedValue,
  wrongType,
} from './errors/field.ts'

export type Json = Readonly<Record<string, unknown>>

/** Throws ApiError when `value` may not stand under `param`, e.g. `messages[0].role`. */
export type Check = (value: unknown, param: string) => void

/** The checks of an object's fields by name. */
export type Checks = Readonly<Record<string, Check>>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A JSON value as text: a text as it is, nothing as ''. `String` throws for `{ "toString": 1 }`. */
export function shownText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

export function anything(): void {}

export function string(value: unknown, param: string): void {
  if (value != null && typeof value !== 'string') throw wrongType(param, 'a string', value)
}

export function boolean(value: unknown, param: string): void {
  if (value != null && typeof value !== 'boolean') throw wrongType(param, 'a boolean', value)
}

export function object(value: unknown, param: string): void {
  if (value != null && !isObject(value)) throw wrongType(param, 'an object', value)
}

export function integer(min: number, max: number): Check {
  return (value, param) => {
    if (value == null) return
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      throw wrongType(param, 'an integer', value)
    }
    if (value < min || value > max) throw outOfRange(param, 'integer', value, { min, max })
  }
}

export function decimal(min: number, max: number): Check {
  return (value, param) => {
    if (value == null) return
    if (typeof value !== 'number') throw wrongType(param, 'a decimal', value)
    if (value < min || value > max) throw outOfRange(param, 'decimal', value, { min, max })
  }
}

export function oneOf(...supported: string[]): Check {
  return (value, param) => {
    string(value, param)
    if (value != null && !supported.includes(value as string)) {
      throw unsupportedValue(param, value as string, supported)
    }
  }
}

/** `expected`: what each item is, with its article, e.g. `an object`. */
export function arrayOf(
  item: Check,
  expected: string,
  { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = {},
): Check {
  const whole = `an array of ${expected.replace(/^an? /, '')}s`
  return (value, param) => {
    if (value == null) return
    if (!Array.isArray(value)) throw wrongType(param, whole, value)
    if (value.length < minLength) throw emptyArray(param)
    if (value.length > maxLength) throw arrayTooLong(param, maxLength, value.length)
    for (let i = 0; i < value.length; i++) {
      if (value[i] === null) throw wrongType(`${param}[${i}]`, expected, null)
      item(value[i], `${param}[${i}]`)
    }
  }
}

/** The field must be there; null counts as absent. */
export function required(check: Check): Check {
  return (value, param) => {
    if (value == null) throw missingParameter(param)
    check(value, param)
  }
}

/** An object with these fields and no others; `required` ones are looked for first. */
export function objectOf(checks: Checks): Check {
  return (value, param) => {
    object(value, param)
    if (value != null) checkFields(value as Json, checks, `${param}.`)
  }
}

/** Unknown names first, then each field of `checks` in its order. `at`: what stands before a name. */
export function checkFields(value: Json, checks: Checks, at = ''): void {
  for (const name in value) if (!Object.hasOwn(checks, name)) throw unknownParameter(at + name)
  for (const name in checks) checks[name]!(value[name], at + name)
}

/** The fields of `value` that pass their checks; the others count as left out. */
export function soundFields(value: Json, checks: Checks): Record<string, unknown> {
  const sound: Record<string, unknown> = {}
  for (const name in value) {
    if (Object.hasOwn(checks, name) && passes(checks[name]!, value[name], name)) {
      sound[name] = value[name]
    }
  }
  return sound
}

function passes(check: Check, value: unknown, param: string): boolean {
  try {
    check(value, param)
    return true
  } catch {
    return false
  }
}

/** Text of bounded length; `pattern` as the refusal shows it. */
export function text({
  minLength = 0,
  maxLength = Number.POSITIVE_INFINITY,
  pattern,
}: {
  minLength?: number
  maxLength?: number
  pattern?: RegExp
}): Check {
  return (value, param) => {
    string(value, param)
    if (typeof value !== 'string') return
    if (value.length < minLength) throw emptyString(param)
    if (value.length > maxLength) throw stringTooLong(param, maxLength, value.length)
    if (pattern && !pattern.test(value)) throw patternMissed(param, pattern.source)
  }
}

/** What tools, schemas and the like may be called. */
export const identifier = text({ minLength: 1, maxLength: 64, pattern: /^[a-zA-Z0-9_-]+$/ })

const METADATA_PAIRS = 16
const METADATA_NAME_LENGTH = 64
const metadataValue = text({ maxLength: 512 })

/** At most 16 pairs; names up to 64 characters, values up to 512. */
export function metadata(value: unknown, param: string): void {
  object(value, param)
  if (value == null) return
  const pairs = Object.entries(value as Json)
  if (pairs.length > METADATA_PAIRS) throw tooManyProperties(param, METADATA_PAIRS, pairs.length)
  for (const [name, said] of pairs) {
    if (name.length > METADATA_NAME_LENGTH) {
      throw propertyNameTooLong(param, METADATA_NAME_LENGTH, name.length)
    }
    if (said === null) throw wrongType(`${param}.${name}`, 'a string', null)
    metadataValue(said, `${param}.${name}`)
  }
}
