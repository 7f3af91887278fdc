/** What a chat may call, and whether it must: tools, and the functions that were before them. */

import type { JsonSchema, Tool, ToolChoice } from './ask.ts'
import {
  arrayOf,
  boolean,
  type Check,
  identifier,
  isObject,
  type Json,
  object,
  oneOf,
  required,
  string,
  text,
} from './checks.ts'
import { badFunctionSchema, choiceNotListed } from './errors/chat.ts'
import { nameUsedTwice, onlyAllowedWith, wrongType } from './errors/field.ts'
import { functionSchemaFault } from './strict-schema.ts'

const MAX_TOOLS = 128

const toolName = required(identifier)
const description = text({ maxLength: 1024 })
const bounds = { minLength: 1, maxLength: MAX_TOOLS }

/** Shapes, names and lengths of `tools`. */
export const checkTools = arrayOf(checkTool, 'an object', bounds)
/** The same of `functions`. */
export const checkFunctions = arrayOf(checkFunction, 'an object', bounds)

const requiredObject = required(object)
const requiredString = required(string)
const toolType = required(oneOf('function', 'custom'))

function checkTool(tool: unknown, at: string): void {
  object(tool, at)
  const { type } = tool as Json
  toolType(type, `${at}.type`)
  const inner = (tool as Json)[type as string]
  requiredObject(inner, `${at}.${type}`)
  if (type === 'function') checkFunction(inner, `${at}.function`)
  else checkCustom(inner as Json, `${at}.custom`)
}

function checkFunction(value: unknown, at: string): void {
  object(value, at)
  const { name, description: said, parameters, strict } = value as Json
  toolName(name, `${at}.name`)
  description(said, `${at}.description`)
  object(parameters, `${at}.parameters`)
  boolean(strict, `${at}.strict`)
}

const customFormat: Check = required(oneOf('text', 'grammar'))
const syntax: Check = required(oneOf('lark', 'regex'))

function checkCustom({ name, description: said, format }: Json, at: string): void {
  toolName(name, `${at}.name`)
  string(said, `${at}.description`)
  object(format, `${at}.format`)
  if (!isObject(format)) return
  customFormat(format.type, `${at}.format.type`)
  if (format.type !== 'grammar') return
  requiredObject(format.grammar, `${at}.format.grammar`)
  const grammar = format.grammar as Json
  requiredString(grammar.definition, `${at}.format.grammar.definition`)
  syntax(grammar.syntax, `${at}.format.grammar.syntax`)
}

/** `none`, `auto`, `required`, or an object that names a tool or several. */
export function checkToolChoice(value: unknown, at: string): void {
  if (value == null) return
  if (typeof value === 'string') choiceWord(value, at)
  else if (isObject(value)) checkNamedChoice(value, at)
  else throw wrongType(at, 'one of a string or object', value)
}

function checkNamedChoice(choice: Json, at: string): void {
  choiceType(choice.type, `${at}.type`)
  const type = choice.type as 'function' | 'custom' | 'allowed_tools'
  requiredObject(choice[type], `${at}.${type}`)
  const inner = choice[type] as Json
  if (type === 'allowed_tools') {
    allowedMode(inner.mode, `${at}.${type}.mode`)
    allowedTools(inner.tools, `${at}.${type}.tools`)
  } else requiredString(inner.name, `${at}.${type}.name`)
}

const choiceWord = oneOf('none', 'auto', 'required')
const choiceType = required(oneOf('function', 'allowed_tools', 'custom'))
const allowedMode = required(oneOf('auto', 'required'))
const allowedTools = required(arrayOf(object, 'an object', { minLength: 1 }))

/** `function_call`: `none`, `auto` or a name. */
export function checkFunctionCall(value: unknown, at: string): void {
  if (value == null) return
  if (typeof value === 'string') functionCallWord(value, at)
  else if (isObject(value)) requiredString(value.name, `${at}.name`)
  else throw wrongType(at, 'one of a string or object', value)
}

const functionCallWord = oneOf('none', 'auto')

/** What the checks of each field cannot see: names used twice, schemas, choices of what is not there. */
export function checkToolUse({ tools, functions, tool_choice, function_call }: Json): void {
  if (tools == null && functions == null && tool_choice == null && function_call == null) return
  const toolNames = checkNames(named(tools, 'tools'))
  const functionNames = checkNames(named(functions, 'functions'))
  if (tool_choice != null && tools == null) throw onlyAllowedWith('tool_choice', 'tools')
  if (function_call != null && functions == null) {
    throw onlyAllowedWith('function_call', 'functions')
  }
  for (const name of namesIn(tool_choice)) {
    if (!toolNames.has(name)) throw choiceNotListed('tool_choice', name, 'tools')
  }
  if (isObject(function_call) && !functionNames.has(function_call.name as string)) {
    throw choiceNotListed('function_call', function_call.name as string, 'functions')
  }
}

/** A function or custom tool inside its list. */
interface Named {
  readonly kind: Tool['kind']
  readonly name: string
  readonly inner: Json
  readonly at: string
}

/** Those that can be read: with a name. */
function named(list: unknown, param: 'tools' | 'functions'): Named[] {
  if (!Array.isArray(list)) return []
  const found: Named[] = []
  for (let i = 0; i < list.length; i++) {
    const item: unknown = list[i]
    if (!isObject(item)) continue
    const kind = item.type === 'custom' ? 'custom' : 'function'
    const inner = param === 'functions' ? item : item[kind]
    if (!isObject(inner) || typeof inner.name !== 'string') continue
    const at = param === 'functions' ? `functions[${i}]` : `tools[${i}].${kind}`
    found.push({ kind, name: inner.name, inner, at })
  }
  return found
}

function checkNames(list: readonly Named[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { kind, name, inner, at } of list) {
    if (names.has(name)) throw nameUsedTwice(`${at}.name`, name)
    names.add(name)
    if (kind === 'custom') continue
    const fault = functionSchemaFault(inner.parameters, { strict: inner.strict === true })
    if (fault) throw badFunctionSchema(name, fault, `${at}.parameters`)
  }
  return names
}

function namesIn(choice: unknown): readonly string[] {
  if (!isObject(choice)) return []
  const { type, function: chosen, custom, allowed_tools: allowed } = choice
  if (type === 'allowed_tools' && isObject(allowed) && Array.isArray(allowed.tools)) {
    return allowed.tools.flatMap(namesIn)
  }
  const inner = type === 'custom' ? custom : chosen
  return isObject(inner) && typeof inner.name === 'string' ? [inner.name] : []
}

export interface ToolUse {
  readonly tools: readonly Tool[]
  readonly toolChoice: ToolChoice
}

const NO_TOOLS: ToolUse = { tools: [], toolChoice: 'none' }

/** The tools that may be called and whether one must be; what cannot be read is left out. */
export function readToolUse({ tools, functions, tool_choice, function_call }: Json): ToolUse {
  if (tools == null && functions == null) return NO_TOOLS
  const list = [...named(tools, 'tools'), ...named(functions, 'functions')].map(
    ({ kind, name, inner }): Tool => ({
      kind,
      name,
      description: typeof inner.description === 'string' ? inner.description : '',
      schema: kind === 'function' ? schemaIn(inner.parameters) : undefined,
    }),
  )
  if (list.length === 0) return NO_TOOLS
  const choice = tool_choice ?? function_call
  if (choice === 'none' || choice === 'required') return { tools: list, toolChoice: choice }
  if (!isObject(choice)) return { tools: list, toolChoice: 'auto' }
  const allowed = choice.allowed_tools
  if (choice.type === 'allowed_tools' && isObject(allowed)) {
    const names = new Set(namesIn(choice))
    const allowedOnes = list.filter(({ name }) => names.has(name))
    if (allowedOnes.length === 0) return NO_TOOLS
    return { tools: allowedOnes, toolChoice: allowed.mode === 'required' ? 'required' : 'auto' }
  }
  const name = namesIn(choice)[0] ?? (typeof choice.name === 'string' ? choice.name : undefined)
  const known = list.some(tool => tool.name === name)
  return { tools: list, toolChoice: known ? { name: name! } : 'auto' }
}

function schemaIn(parameters: unknown): JsonSchema | undefined {
  return isObject(parameters) && Object.keys(parameters).length > 0 ? parameters : undefined
}

/** Whether the answer is to speak of `function_call` instead of `tool_calls`. */
export function callsAreFunctions({ tools, functions }: Json): boolean {
  return tools == null && Array.isArray(functions) && functions.length > 0
}
