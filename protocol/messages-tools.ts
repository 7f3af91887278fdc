/** What a message may call: tools of the caller's own, and those whose schema the provider knows. */

import type { JsonSchema, Tool, ToolChoice } from './ask.ts'
import { isObject, type Json } from './checks.ts'
import { ApiError } from './errors/api-error.ts'
import {
  boolean,
  dictionary,
  invalid,
  list,
  matching,
  oneOf,
  optional,
  required,
  string,
  tagOf,
} from './messages-checks.ts'

const toolName = matching(/^[a-zA-Z0-9_-]{1,128}$/)

/** Throws ApiError for tools and a choice that the API would refuse. */
export function checkTools({ tools, tool_choice: choice }: Json): void {
  optional(list)(tools, 'tools')
  const all = (tools ?? []) as readonly unknown[]
  const names = new Set<unknown>()
  for (const [i, tool] of all.entries()) {
    checkTool(tool, `tools.${i}`)
    const { name } = tool as Json
    if (name !== undefined && names.has(name)) throw invalid('tools', 'Tool names must be unique.')
    names.add(name)
  }
  if (choice != null) checkChoice(choice, names)
}

function checkTool(tool: unknown, at: string): void {
  dictionary(tool, at)
  const { type } = tool as Json
  optional(string)(type, `${at}.type`)
  if (!isCallers(tool as Json)) {
    optional(string)((tool as Json).name, `${at}.${type}.name`)
    return
  }
  const { name, description, input_schema: schema, strict } = tool as Json
  required(toolName)(name, `${at}.custom.name`)
  optional(string)(description, `${at}.custom.description`)
  required(dictionary)(schema, `${at}.custom.input_schema`)
  required(oneOf('object'))((schema as Json).type, `${at}.custom.input_schema.type`)
  optional(boolean)(strict, `${at}.custom.strict`)
}

/** Others have a type of their own, with a date in it. */
function isCallers({ type }: Json): boolean {
  return type == null || type === 'custom'
}

function checkChoice(choice: unknown, names: ReadonlySet<unknown>): void {
  const type = tagOf(choice, ['any', 'auto', 'none', 'tool'], 'tool_choice')
  const { name, disable_parallel_tool_use: alone } = choice as Json
  optional(boolean)(alone, `tool_choice.${type}.disable_parallel_tool_use`)
  if (type === 'tool') required(string)(name, 'tool_choice.tool.name')
  if (names.size === 0 && type !== 'none') {
    throw invalid('tool_choice', 'tool_choice may only be specified while providing tools.')
  }
  if (type === 'tool' && !names.has(name)) {
    throw new ApiError(400, `Tool '${name}' not found in provided tools`)
  }
}

/** Tools that the provider runs itself are none that a reply calls. */
export function readTools(tools: unknown): Tool[] {
  if (!Array.isArray(tools)) return []
  return tools.filter(isObject).flatMap(tool => {
    const { name, description, input_schema: own } = tool
    const known = isCallers(tool) ? own : knownSchema(tool.type)
    if (typeof name !== 'string' || known === undefined) return []
    const schema = isObject(known) ? known : undefined
    const said = typeof description === 'string' ? description : ''
    return [{ kind: 'function', name, description: said, schema } as const]
  })
}

/** A choice that cannot be read is left to the model. */
export function readToolChoice(choice: unknown, tools: readonly Tool[]): ToolChoice {
  if (!isObject(choice)) return 'auto'
  if (choice.type === 'none') return 'none'
  if (choice.type === 'any') return 'required'
  const chosen = choice.type === 'tool' && tools.find(({ name }) => name === choice.name)
  return chosen ? { name: chosen.name } : 'auto'
}

const text = { type: 'string' }

function objectOf(properties: Readonly<Record<string, object>>): JsonSchema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

/** Tools that the caller runs though the provider says what they take, e.g. `bash_20250124`. */
const schemas: Readonly<Record<string, JsonSchema>> = {
  bash: objectOf({ command: text }),
  computer: objectOf({ action: { enum: ['screenshot', 'cursor_position'] } }),
  memory: objectOf({ command: { const: 'view' }, path: { const: '/memories' } }),
  text_editor: objectOf({ command: { const: 'view' }, path: text }),
}

function knownSchema(type: unknown): JsonSchema | undefined {
  const family = typeof type === 'string' ? type.replace(/_\d{8}$/, '') : ''
  return Object.hasOwn(schemas, family) ? schemas[family] : undefined
}
