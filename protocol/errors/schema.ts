/** Refusals in the words of the validators that some endpoints have instead: JSON Schema’s, pydantic’s. */
import { ApiError } from './api-error.ts'

/** A value as the older endpoints write one: their validator is Python's. */
export function pythonic(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') {
    const mark = value.includes("'") && !value.includes('"') ? '"' : "'"
    const escaped = value.replace(/[\\\n\r\t]/g, sign => JSON.stringify(sign).slice(1, -1))
    return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
  }
  if (Array.isArray(value)) return `[${value.map(pythonic).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  const items = Object.entries(value).map(([name, item]) => `${pythonic(name)}: ${pythonic(item)}`)
  return `{${items.join(', ')}}`
}

/** The words of the older endpoints' schema validator; `name`: the field, none for the whole body. */
function schemaFault(fault: string, name?: string): ApiError {
  return new ApiError(400, name === undefined ? fault : `${fault} - '${name}'`)
}

export function notOfType(value: unknown, type: string, name?: string): ApiError {
  return schemaFault(`${pythonic(value)} is not of type '${type}'`, name)
}

export function notOneOf(value: unknown, supported: readonly string[], name: string): ApiError {
  return schemaFault(`${pythonic(value)} is not one of ${pythonic(supported)}`, name)
}

export function belowMinimum(value: number, min: number, name: string): ApiError {
  return schemaFault(`${value} is less than the minimum of ${min}`, name)
}

export function missingProperty(name: string): ApiError {
  return schemaFault(`'${name}' is a required property`)
}

export function unexpectedProperty(name: string): ApiError {
  return schemaFault(`Additional properties are not allowed (${pythonic(name)} was unexpected)`)
}

export function aboveMaximum(value: number, max: number, name: string): ApiError {
  return schemaFault(`${value} is greater than the maximum of ${max}`, name)
}

/** The words of the audio endpoints' validator, a list with one fault; `context`: as Python writes it. */
function fieldFault(
  type: string,
  field: string,
  fault: string,
  input: unknown,
  context?: string,
): ApiError {
  const echoed = typeof input === 'string' ? input.slice(0, 10_000) : input
  const facts = [
    `'type': '${type}'`,
    `'loc': ('body', '${field}')`,
    `'msg': ${pythonic(fault)}`,
    `'input': ${pythonic(echoed)}`,
    ...(context === undefined ? [] : [`'ctx': ${context}`]),
  ]
  return new ApiError(400, `[{${facts.join(', ')}}]`)
}

export function fieldMissing(field: string, body: unknown): ApiError {
  return fieldFault('missing', field, 'Field required', body)
}

/** `type`: `string`, `float` or `bool`. */
export function fieldOfType(
  field: string,
  type: 'string' | 'float' | 'bool',
  input: unknown,
): ApiError {
  const words = { string: 'string', float: 'number', bool: 'boolean' }[type]
  return fieldFault(`${type}_type`, field, `Input should be a valid ${words}`, input)
}

export function fieldNotOneOf(
  field: string,
  input: unknown,
  supported: readonly string[],
): ApiError {
  const quoted = supported.map(value => `'${value}'`)
  const last = quoted.at(-1)!
  const expected = quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${last}` : last
  const context = `{'expected': ${pythonic(expected)}}`
  return fieldFault('enum', field, `Input should be ${expected}`, input, context)
}

export function fieldTooLong(field: string, input: string, maxLength: number): ApiError {
  const fault = `String should have at most ${maxLength} characters`
  return fieldFault('string_too_long', field, fault, input, `{'max_length': ${maxLength}}`)
}

export function fieldTooShort(field: string, input: string): ApiError {
  const fault = 'String should have at least 1 character'
  return fieldFault('string_too_short', field, fault, input, "{'min_length': 1}")
}

export function fieldOutOfRange(
  field: string,
  input: number,
  { min, max }: { min: number; max: number },
): ApiError {
  const [name, relation, bound] =
    input < min ? (['ge', 'greater', min] as const) : (['le', 'less', max] as const)
  const shown = Number.isInteger(bound) ? `${bound}.0` : String(bound)
  const fault = `Input should be ${relation} than or equal to ${bound}`
  return fieldFault(`${relation}_than_equal`, field, fault, input, `{'${name}': ${shown}}`)
}
