/** The tools of a response: the caller's functions, and those that the provider has. */

import type { JsonSchema, Tool, ToolChoice } from './ask.ts'
import {
  anything,
  arrayOf,
  boolean,
  type Checks,
  identifier,
  integer,
  isObject,
  type Json,
  object,
  oneOf,
  required,
  shownText,
  string,
} from './checks.ts'
import { badFunctionSchema } from './errors/chat.ts'
import { unsupportedValue, wrongType } from './errors/field.ts'
import { chosenToolNotFound, requiredWithoutTools } from './errors/responses.ts'
import { callerRunTool } from './responses-caller-tools.ts'
import { functionSchemaFault } from './strict-schema.ts'

/** What the provider runs by itself while it answers. */
export type HostedKind =
  | 'web_search'
  | 'file_search'
  | 'code_interpreter'
  | 'image_generation'
  | 'mcp'

export interface HostedTool {
  readonly kind: HostedKind
  /** As the request has it. */
  readonly wire: Json
}

export interface ToolUse {
  /** What the caller is asked to run: functions, custom tools, and the provider's that run at the caller's. */
  readonly tools: readonly Tool[]
  readonly toolChoice: ToolChoice
  readonly hosted: readonly HostedTool[]
  /** The hosted tool that must be used; undefined: none must. */
  readonly hostedChoice: HostedTool | undefined
  /** The namespace of each tool that has one, by the tool's name. */
  readonly namespaces: ReadonlyMap<string, string>
}

/** The fields that are looked at, by type; others of the same tool pass. */
const shapes: Readonly<Record<string, Checks>> = {
  function: {
    name: required(identifier),
    description: string,
    parameters: object,
    strict: boolean,
  },
  custom: { name: required(identifier), description: string, format: object },
  namespace: {
    name: required(string),
    description: string,
    tools: required(arrayOf(object, 'an object')),
  },
  file_search: { vector_store_ids: required(arrayOf(string, 'a string')) },
  code_interpreter: { container: required(anything) },
  mcp: { server_label: required(string), server_url: string, connector_id: string },
  image_generation: { partial_images: integer(0, 3) },
  web_search: {},
  web_search_2025_08_26: {},
  web_search_preview: {},
  web_search_preview_2025_03_11: {},
  computer: {},
  computer_use_preview: {},
  local_shell: {},
  shell: {},
  apply_patch: {},
  tool_search: {},
  programmatic_tool_calling: {},
}
const toolType = required(oneOf(...Object.keys(shapes)))

/** The shapes of `tools`. */
export const checkTools = arrayOf(checkTool, 'an object')

function checkTool(tool: unknown, at: string): void {
  object(tool, at)
  const { type } = tool as Json
  toolType(type, `${at}.type`)
  const shape = shapes[type as string]!
  for (const name in shape) shape[name]!((tool as Json)[name], `${at}.${name}`)
  if (type === 'namespace') checkTools((tool as Json).tools, `${at}.tools`)
}

const allowedTools = required(
  arrayOf((tool, at) => {
    object(tool, at)
    required(string)((tool as Json).type, `${at}.type`)
  }, 'an object'),
)
const choiceWords = ['none', 'auto', 'required'] as const

/** The shape of `tool_choice`: a word, or an object with a type. */
export function checkToolChoice(value: unknown, at: string): void {
  if (value == null) return
  if (typeof value === 'string') {
    if (!choiceWords.includes(value as 'auto')) throw unsupportedValue(at, value, choiceWords)
    return
  }
  if (!isObject(value)) throw wrongType(at, 'one of a string or object', value)
  required(string)(value.type, `${at}.type`)
  if (value.type === 'function' || value.type === 'custom') {
    required(string)(value.name, `${at}.name`)
  }
  if (value.type === 'allowed_tools') {
    required(oneOf('auto', 'required'))(value.mode, `${at}.mode`)
    allowedTools(value.tools, `${at}.tools`)
  }
}

/** What the checks of each field cannot see: strict schemas, and choices of what is not there. */
export function checkToolUse({ tools, tool_choice }: Json): void {
  const list = (tools ?? []) as readonly Json[]
  for (const [i, { type, name, parameters, strict }] of list.entries()) {
    if (type !== 'function') continue
    const fault = functionSchemaFault(parameters, { strict: strict === true })
    if (fault) throw badFunctionSchema(name as string, fault, `tools[${i}].parameters`)
  }
  if (tool_choice === 'required' && list.length === 0) throw requiredWithoutTools()
  if (!isObject(tool_choice)) return
  const chosen = tool_choice.type === 'allowed_tools' ? tool_choice.tools : [tool_choice]
  const chosable = new Set(flattened(list).flatMap(({ tool }) => keysOf(tool)))
  for (const choice of chosen as readonly Json[]) {
    if (!chosable.has(keyOf(choice))) throw chosenToolNotFound(String(choice.type))
  }
}

/** What a tool is chosen by: an object with a type and perhaps a name. */
function keyOf({ type, name, server_label: label }: Json): string {
  if (type === 'mcp') return label === undefined ? type : `${type} ${shownText(label)}`
  if (type === 'function' || type === 'custom') return `${type} ${shownText(name)}`
  return familyOf(String(type))
}

/** Of all its choices. */
function keysOf(tool: Json): readonly string[] {
  return tool.type === 'mcp' ? ['mcp', keyOf(tool)] : [keyOf(tool)]
}

function isChosen(tool: Json, choice: Json): boolean {
  return keysOf(tool).includes(keyOf(choice))
}

/** Tools go by dated and preview names: `web_search_preview`, `computer_use`. */
function familyOf(type: string): string {
  if (type.startsWith('web_search')) return 'web_search'
  return type.startsWith('computer') ? 'computer' : type
}

interface Listed {
  readonly tool: Json
  readonly namespace: string | undefined
}

/** Namespaces opened. */
function flattened(list: readonly Json[]): Listed[] {
  return list.flatMap((tool): Listed[] => {
    if (tool.type !== 'namespace') return [{ tool, namespace: undefined }]
    const inner = (tool.tools ?? []) as readonly Json[]
    return inner.map(one => ({ tool: one, namespace: String(tool.name) }))
  })
}

const hostedKinds: ReadonlySet<string> = new Set<HostedKind>([
  'web_search',
  'file_search',
  'code_interpreter',
  'image_generation',
  'mcp',
])

/** What may be used and what must be; of a body whose shapes are checked. */
export function readToolUse({ tools, tool_choice }: Json): ToolUse {
  const listed = flattened((tools ?? []) as readonly Json[])
  const allowed = isObject(tool_choice) && tool_choice.type === 'allowed_tools'
  const allowedKeys = new Set(allowed ? (tool_choice.tools as readonly Json[]).map(keyOf) : [])
  const offered = allowed
    ? listed.filter(({ tool }) => keysOf(tool).some(key => allowedKeys.has(key)))
    : listed
  const choice = allowed ? tool_choice.mode : (tool_choice ?? 'auto')
  const hosted: HostedTool[] = []
  const callable: { tool: Tool; wire: Json }[] = []
  const namespaces = new Map<string, string>()
  for (const { tool: wire, namespace } of offered) {
    const kind = familyOf(String(wire.type))
    if (hostedKinds.has(kind)) hosted.push({ kind: kind as HostedKind, wire })
    const tool = callableOf(wire)
    if (tool) callable.push({ tool, wire })
    if (tool && namespace !== undefined) namespaces.set(tool.name, namespace)
  }
  const list = callable.map(({ tool }) => tool)
  const use = { tools: list, hosted, hostedChoice: undefined, namespaces }
  if (choice === 'none') return { ...use, toolChoice: 'none' }
  if (choice === 'required') {
    return { ...use, toolChoice: 'required', hostedChoice: list.length > 0 ? undefined : hosted[0] }
  }
  if (!isObject(choice)) return { ...use, toolChoice: 'auto' }
  const chosen = callable.find(({ wire }) => isChosen(wire, choice))
  if (chosen) return { ...use, toolChoice: { name: chosen.tool.name } }
  const hostedChoice = hosted.find(({ wire }) => isChosen(wire, choice))
  return { ...use, toolChoice: hostedChoice ? 'none' : 'auto', hostedChoice }
}

/** Undefined: the caller does not run it. */
function callableOf(wire: Json): Tool | undefined {
  const { type, name, description, parameters } = wire
  if (type !== 'function' && type !== 'custom') return callerRunTool(familyOf(String(type)), wire)
  return {
    kind: type,
    name: String(name),
    description: typeof description === 'string' ? description : '',
    schema: type === 'function' && isObject(parameters) ? (parameters as JsonSchema) : undefined,
  }
}

/** `tools` as a response repeats them: a function's description and `strict` are always there. */
export function toolsEcho(tools: unknown): readonly Json[] {
  return ((tools ?? []) as readonly Json[]).map(tool => {
    if (tool.type !== 'function') return tool
    const { type, description = null, name, parameters = null, strict, ...rest } = tool
    return { type, description, name, parameters, strict: strict ?? true, ...rest }
  })
}
