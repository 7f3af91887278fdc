/** The types of the `openai` package as validators: what the SDK says an answer is. */
import { Ajv, type ValidateFunction } from 'ajv'
import { list, type SchemaObject } from '../../mock-server/engine/instance/schema.ts'
import { isObject } from '../../protocol/checks.ts'
import { sdkSurface } from '../../protocol/sdk/surface.ts'
import { withoutExceptions } from './wire-exceptions.ts'

const ajv = new Ajv({
  strict: false,
  inlineRefs: false,
  validateFormats: false,
  validateSchema: false,
})
const validators = new Map<string, ValidateFunction>()

/**
 * The faults of a value in the eyes of one of the SDK's types, each with its place. What the wire does though
 * the types do not say it (wire-exceptions.ts) is none.
 */
export function faultsOf(definition: string, value: unknown): string[] {
  const judged = withoutExceptions(definition, value)
  const branch = branchOf(definition, judged)
  return faultsAsTyped(branch, branch === definition ? judged : withoutExceptions(branch, judged))
}

/** The same without any exception. */
export function faultsAsTyped(definition: string, value: unknown): string[] {
  const validate = validatorOf(definition)
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${definition}${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** Of types told apart by `type`, the one that the value says it is: its faults are told, not those of all others. */
function branchOf(definition: string, value: unknown): string {
  const { definitions } = sdkSurface()
  const type = isObject(value) ? value.type : undefined
  const schema = definitions[definition]
  const branches = isObject(schema) ? list(schema.anyOf) : []
  const names = branches.map(branch => (isObject(branch) ? String(branch.$ref) : ''))
  const found = names
    .map(name => name.replace('#/definitions/', ''))
    .find(name => {
      const { properties } = (definitions[name] ?? {}) as SchemaObject
      const tag = isObject(properties) ? properties.type : undefined
      return type !== undefined && isObject(tag) && tag.const === type
    })
  return found ?? definition
}

function validatorOf(definition: string): ValidateFunction {
  const known = validators.get(definition)
  if (known) return known
  const { definitions } = sdkSurface()
  if (!Object.hasOwn(definitions, definition)) throw new Error(`The SDK has no type ${definition}.`)
  if (!ajv.getSchema('sdk')) ajv.addSchema({ $id: 'sdk', definitions })
  const validate = ajv.compile({ $ref: `sdk#/definitions/${encodeURIComponent(definition)}` })
  validators.set(definition, validate)
  return validate
}
