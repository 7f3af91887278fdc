/**
 * Checks of one place each, in the words of Anthropic's validator: `messages.0.role: Field required`.
 * Null stands for leaving a field out wherever it may be left out.
 */

import { isObject, type Json } from './checks.ts'
import { ApiError } from './errors/api-error.ts'

/** Throws ApiError when `value` may not stand at `at`, e.g. `messages.0.content.1.text.text`. */
export type Check = (value: unknown, at: string) => void

export function invalid(at: string, why: string): ApiError {
  return new ApiError(400, `${at}: ${why}`)
}

export function required(check: Check): Check {
  return (value, at) => {
    if (value === undefined) throw invalid(at, 'Field required')
    check(value, at)
  }
}

export function optional(check: Check): Check {
  return (value, at) => {
    if (value != null) check(value, at)
  }
}

export function string(value: unknown, at: string): void {
  if (typeof value !== 'string') throw invalid(at, 'Input should be a valid string')
}

export function boolean(value: unknown, at: string): void {
  if (typeof value !== 'boolean') throw invalid(at, 'Input should be a valid boolean')
}

export function dictionary(value: unknown, at: string): void {
  if (!isObject(value)) throw invalid(at, 'Input should be a valid dictionary')
}

export function list(value: unknown, at: string): void {
  if (!Array.isArray(value)) throw invalid(at, 'Input should be a valid list')
}

export function integer(min: number): Check {
  return (value, at) => {
    if (!Number.isInteger(value)) throw invalid(at, 'Input should be a valid integer')
    atLeast(value as number, min, at)
  }
}

export function number(min: number, max: number): Check {
  return (value, at) => {
    if (typeof value !== 'number') throw invalid(at, 'Input should be a valid number')
    atLeast(value, min, at)
    if (value > max) throw invalid(at, `Input should be less than or equal to ${max}`)
  }
}

function atLeast(value: number, min: number, at: string): void {
  if (value < min) throw invalid(at, `Input should be greater than or equal to ${min}`)
}

export function matching(pattern: RegExp): Check {
  return (value, at) => {
    string(value, at)
    if (!pattern.test(value as string)) {
      throw invalid(at, `String should match pattern '${pattern.source}'`)
    }
  }
}

export function oneOf(...words: readonly string[]): Check {
  return (value, at) => {
    if (!words.includes(value as string)) throw invalid(at, `Input should be ${either(words)}`)
  }
}

function either(words: readonly string[]): string {
  const quoted = words.map(word => `'${word}'`)
  const rest = quoted.slice(0, -1).join(', ')
  return rest === '' ? quoted[0]! : `${rest} or ${quoted.at(-1)}`
}

/** Throws ApiError for a name that is none of `names`. */
export function noExtras(value: Json, names: ReadonlySet<string>, at = ''): void {
  for (const name in value) {
    if (!names.has(name)) throw invalid(at + name, 'Extra inputs are not permitted')
  }
}

/** What an object told apart by its `type` is; each word of `tags` is one that it may be. */
export function tagOf(value: unknown, tags: readonly string[], at: string): string {
  dictionary(value, at)
  const { type } = value as Json
  if (type === undefined) throw invalid(`${at}.type`, 'Field required')
  if (tags.includes(type as string)) return type as string
  const expected = tags.map(tag => `'${tag}'`).join(', ')
  const found = typeof type === 'string' ? type : JSON.stringify(type)
  throw invalid(
    at,
    `Input tag '${found}' found using 'type' does not match any of the expected tags: ${expected}`,
  )
}
