/**
 * Tools that the provider defines and the caller runs: computer, shells, patches, and an MCP server's tool
 * that is to be approved. A reply calls them as it calls functions; here is what they are offered as, and
 * the item that such a call becomes.
 */
import type { JsonSchema, Tool } from './ask.ts'
import { isObject, type Json } from './checks.ts'

/** No function can be called so: its name is letters, digits, `_` and `-`. */
const MARK = 'hosted:'

interface CallerTool {
  readonly type: string
  readonly description: string
  /** Of what the call says; its one instance is a plausible call. */
  readonly said: Json
  /** The call's item without id, type, status and call id. */
  item(said: Json, wire: Json): Json
}

const screenshot = { type: 'screenshot' }
const patch = { type: 'create_file', path: 'notes.txt', diff: '+First line\n+Second line\n' }

const callerTools: Readonly<Record<string, CallerTool>> = {
  computer: {
    type: 'computer_call',
    description: 'Look at the screen of a computer, click, type and scroll.',
    said: screenshot,
    item: (action, { type }) => ({
      ...(type === 'computer' ? { actions: [action] } : { action }),
      pending_safety_checks: [],
    }),
  },
  local_shell: {
    type: 'local_shell_call',
    description: 'Run a command in a shell.',
    said: { command: ['ls', '-la'] },
    item: ({ command }) => ({
      action: {
        type: 'exec',
        command,
        env: {},
        timeout_ms: null,
        user: null,
        working_directory: null,
      },
    }),
  },
  shell: {
    type: 'shell_call',
    description: 'Run commands in a shell.',
    said: { commands: ['ls -la'] },
    item: ({ commands }, { environment }) => ({
      action: { commands, max_output_length: null, timeout_ms: null },
      environment: isObject(environment) ? environment : { type: 'local' },
    }),
  },
  apply_patch: {
    type: 'apply_patch_call',
    description: 'Create, change or delete a file with a patch.',
    said: patch,
    item: operation => ({ operation }),
  },
}

/** `family`: the tool's type without a date. Undefined: the caller does not run it. */
export function callerRunTool(family: string, wire: Json): Tool | undefined {
  if (family === 'mcp') return needsApproval(wire) ? approvalTool(wire) : undefined
  const tool = callerTools[family]
  if (!tool) return undefined
  const { description, said } = tool
  return { kind: 'function', name: MARK + family, description, schema: only(said) }
}

/** The schema of an object that has just these values. */
function only(said: Json): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(said).map(([name, value]) => [name, { const: value }]),
  )
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

function approvalTool(wire: Json): Tool {
  const [name] = mcpToolNames(wire)
  const description = `Use ${name} of ${wire.server_label}. ${wire.server_description ?? ''}`
  return {
    kind: 'function',
    name: `${MARK}mcp ${wire.server_label}`,
    description,
    schema: only({ query: 'overview' }),
  }
}

/** A server's tools want an approval each time, unless the request says never. */
function needsApproval({ require_approval: asked, allowed_tools, ...wire }: Json): boolean {
  if (asked === 'never') return false
  if (!isObject(asked) || !isObject(asked.never)) return true
  const names = asked.never.tool_names
  const [first] = mcpToolNames({ ...wire, allowed_tools })
  return Array.isArray(names) && !names.includes(first)
}

/** The tools that an MCP server lists: those that are allowed, else two that many servers have. */
export function mcpToolNames({ allowed_tools: allowed }: Json): readonly string[] {
  const names = isObject(allowed) ? allowed.tool_names : allowed
  if (!Array.isArray(names) || names.length === 0) return ['search', 'fetch']
  return names.map(String)
}

/** What a call is an item of; undefined: it calls a function. `name`: the tool's, as offered. */
export function callerCallType(name: string): string | undefined {
  if (!name.startsWith(MARK)) return undefined
  const family = name.slice(MARK.length)
  return family.startsWith('mcp ') ? 'mcp_approval_request' : callerTools[family]?.type
}

export interface CallerCall {
  readonly name: string
  readonly id: string
  readonly callId: string
  readonly status: string
  /** JSON, or the beginning of it where the reply was cut. */
  readonly said: string
}

/** The item of a call. `tools`: those of the request. */
export function callerCallItem(call: CallerCall, tools: readonly Json[]): Json {
  const { name, id, callId, status, said } = call
  const type = callerCallType(name)!
  const family = name.slice(MARK.length)
  if (type === 'mcp_approval_request') {
    const label = family.slice('mcp '.length)
    const wire = tools.find(tool => tool.type === 'mcp' && tool.server_label === label) ?? {}
    return { id, type, arguments: said, name: mcpToolNames(wire)[0], server_label: label }
  }
  const tool = callerTools[family]!
  const wire = tools.find(({ type: named }) => String(named).startsWith(family)) ?? {}
  return { id, type, status, call_id: callId, ...tool.item(parsed(said) ?? tool.said, wire) }
}

function parsed(json: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return isObject(value) ? value : undefined
  } catch {
    return undefined // cut at the most tokens
  }
}
