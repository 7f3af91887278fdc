/** Identifiers of the Responses API: a prefix that names the kind, and 48 hexadecimal digits. */
import type { Random } from '../base/random.ts'
import { hexadecimal } from './ids.ts'

/** What the ids of each type of item begin with. */
const prefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  function_call_output: 'fco',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
  reasoning: 'rs',
  compaction: 'cmp',
  web_search_call: 'ws',
  file_search_call: 'fs',
  code_interpreter_call: 'ci',
  image_generation_call: 'ig',
  computer_call: 'cu',
  computer_call_output: 'cuo',
  local_shell_call: 'lsh',
  local_shell_call_output: 'lsho',
  shell_call: 'sh',
  shell_call_output: 'sho',
  apply_patch_call: 'apc',
  apply_patch_call_output: 'apco',
  mcp_list_tools: 'mcpl',
  mcp_call: 'mcp',
  mcp_approval_request: 'mcpr',
  mcp_approval_response: 'mcpa',
}

/** `resp_` and 48 digits. */
export function responseId(random: Random): string {
  return prefixedId(random, 'resp')
}

/** The id of an item of this type, e.g. `msg_…` of a message. */
export function itemId(random: Random, type: string): string {
  return prefixedId(random, prefixes[type] ?? 'item')
}

/** Undefined: ids of this type are not looked at. */
export function itemPrefix(type: string): string | undefined {
  return checkedTypes.has(type) ? prefixes[type] : undefined
}
const checkedTypes = new Set(['message', 'function_call', 'reasoning'])

export function prefixedId(random: Random, prefix: string): string {
  return `${prefix}_${hexadecimal(random, 48)}`
}
