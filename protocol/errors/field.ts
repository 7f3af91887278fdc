/** Refusals of a field: missing, unknown, of the wrong type, out of bounds. */
import { ApiError } from './api-error.ts'

export function missingParameter(param: string): ApiError {
  return new ApiError(400, `Missing required parameter: '${param}'.`, {
    param,
    code: 'missing_required_parameter',
  })
}

export function unknownParameter(param: string): ApiError {
  return new ApiError(400, `Unknown parameter: '${param}'.`, { param, code: 'unknown_parameter' })
}

/** `expected` with its article: `a decimal`, `an array of objects`. */
export function wrongType(param: string, expected: string, value: unknown): ApiError {
  return new ApiError(
    400,
    `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead.`,
    { param, code: 'invalid_type' },
  )
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export function emptyArray(param: string): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
    { param, code: 'empty_array' },
  )
}

export function arrayTooLong(param: string, maxLength: number, length: number): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': array too long. Expected an array with maximum length ${maxLength}, but got an array with length ${length} instead.`,
    { param, code: 'array_above_max_length' },
  )
}

export function unsupportedValue(
  param: string,
  value: string,
  supported: readonly string[],
): ApiError {
  const shown = value.length > 48 ? `${value.slice(0, 3)}...${value.slice(-3)}` : value
  return new ApiError(
    400,
    `Invalid value: '${shown}'. Supported values are: ${listOf(supported)}.`,
    { param, code: 'invalid_value' },
  )
}

function listOf(values: readonly string[]): string {
  const quoted = values.map(value => `'${value}'`)
  if (quoted.length < 3) return quoted.join(' and ')
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`
}

export function outOfRange(
  param: string,
  kind: 'integer' | 'decimal',
  value: number,
  { min, max }: { min: number; max: number },
): ApiError {
  const [side, relation, bound] =
    value < min ? (['below minimum', '>=', min] as const) : (['above maximum', '<=', max] as const)
  return new ApiError(
    400,
    `Invalid '${param}': ${kind} ${side} value. Expected a value ${relation} ${bound}, but got ${value} instead.`,
    { param, code: `${kind}_${side === 'below minimum' ? 'below_min' : 'above_max'}_value` },
  )
}

export function emptyString(param: string): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
    { param, code: 'empty_string' },
  )
}

export function stringTooLong(param: string, maxLength: number, length: number): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': string too long. Expected a string with maximum length ${maxLength}, but got a string with length ${length} instead.`,
    { param, code: 'string_above_max_length' },
  )
}

/** `pattern`: the regular expression as it is shown. */
export function patternMissed(param: string, pattern: string): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${pattern}'.`,
    { param, code: 'invalid_value' },
  )
}

export function tooManyProperties(param: string, max: number, count: number): ApiError {
  return new ApiError(
    400,
    `Invalid '${param}': too many properties. Expected an object with at most ${max} properties, but got an object with ${count} properties instead.`,
    { param, code: 'object_above_max_properties' },
  )
}

export function propertyNameTooLong(param: string, maxLength: number, length: number): ApiError {
  return new ApiError(
    400,
    `Invalid property name in '${param}': name too long. Expected a property name with maximum length ${maxLength}, but got a property name with length ${length} instead.`,
    { param, code: 'property_name_above_max_length' },
  )
}

/** What older models say of names that they do not know. */
export function unrecognizedArguments(names: readonly string[]): ApiError {
  const arguments_ = names.length === 1 ? 'argument' : 'arguments'
  return new ApiError(400, `Unrecognized request ${arguments_} supplied: ${names.join(', ')}`)
}

/** `condition`: what must be the case, e.g. `'logprobs' is enabled`. */
export function onlyAllowedWhen(param: string, condition: string): ApiError {
  return new ApiError(400, `The '${param}' parameter is only allowed when ${condition}.`, { param })
}

/** `needed`: the list that must be there, e.g. `tools` for `tool_choice`. */
export function onlyAllowedWith(param: string, needed: string): ApiError {
  return new ApiError(
    400,
    `Invalid value for '${param}': '${param}' is only allowed when '${needed}' are specified.`,
    { param },
  )
}

/** Wording of our own: none is on record. */
export function nameUsedTwice(param: string, name: string): ApiError {
  return new ApiError(400, `Invalid '${param}': the name '${name}' is used more than once.`, {
    param,
    code: 'invalid_value',
  })
}

export function badBiasKey(key: string): ApiError {
  return new ApiError(
    400,
    `Invalid key in 'logit_bias': ${key}. You should only be submitting non-negative integers.`,
    { param: 'logit_bias' },
  )
}

/** The same where several are taken. `when`: e.g. `with this model`. */
export function unsupportedChoice(
  param: string,
  value: string,
  supported: readonly string[],
  when = 'with this model',
): ApiError {
  return new ApiError(
    400,
    `Unsupported value: '${param}' does not support '${value}' ${when}. Supported values are: ${listOf(supported)}.`,
    { param, code: 'unsupported_value' },
  )
}
