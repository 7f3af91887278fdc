/** Items of a response's context as the turns of a conversation. */
import type { ToolCall, Turn } from './ask.ts'
import { isObject, type Json, shownText } from './checks.ts'
import { readCompaction } from './responses-compaction.ts'
import type { Item } from './responses-input.ts'

/** What is no turn, such as a search that the provider made, is left out. */
export function turnsOf(items: readonly Item[]): readonly Turn[] {
  const turns: Turn[] = []
  /** Those of the last turn, where it is calls. */
  let calls: ToolCall[] | undefined
  for (const item of items) {
    const call = callOf(item)
    if (call && calls) calls.push(call)
    else if (call) {
      calls = [call]
      turns.push({ role: 'assistant', content: '', calls })
    } else {
      const turn = turnOf(item)
      if (!turn) continue
      calls = undefined
      turns.push(turn)
    }
  }
  return turns
}

function callOf(item: Item): ToolCall | undefined {
  const { type, call_id, id, name } = item
  const callId = shownText(call_id ?? id)
  switch (type) {
    case 'function_call':
      return { id: callId, name: shownText(name), arguments: shownText(item.arguments) }
    case 'custom_tool_call':
      return { id: callId, name: shownText(name), arguments: shownText(item.input) }
    case 'computer_call':
    case 'local_shell_call':
    case 'shell_call':
      return { id: callId, name: type, arguments: shownText(item.action ?? item.actions) }
    case 'apply_patch_call':
      return { id: callId, name: type, arguments: shownText(item.operation) }
    default:
      return undefined
  }
}

function turnOf(item: Item): Turn | undefined {
  const { type, role, content, call_id, id } = item
  switch (type) {
    case 'message':
      return messageTurn(role as Turn['role'], content)
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'computer_call_output':
    case 'local_shell_call_output':
    case 'shell_call_output':
    case 'apply_patch_call_output':
      return { ...messageTurn('tool', item.output), callId: shownText(call_id ?? id) }
    case 'mcp_approval_response':
      return { role: 'tool', content: item.approve === true ? 'approved' : 'denied' }
    case 'mcp_call':
      return { role: 'tool', content: shownText(item.output ?? '') }
    case 'reasoning':
      return thoughtTurn(item)
    case 'compaction':
      return { role: 'developer', content: readCompaction(shownText(item.encrypted_content)) }
    default:
      return undefined
  }
}

function messageTurn(role: Turn['role'], content: unknown): Turn {
  if (typeof content === 'string') return { role, content }
  if (!Array.isArray(content)) return { role, content: shownText(content) }
  const parts = content.filter(isObject)
  const media = parts.filter(part => textIn(part) === undefined)
  const said = parts.map(part => textIn(part) ?? '').join('')
  return media.length > 0 ? { role, content: said, media } : { role, content: said }
}

/** Undefined: the part is an image, a sound or a file. */
function textIn({ type, text, refusal }: Json): string | undefined {
  if (type === 'refusal') return shownText(refusal)
  return typeof text === 'string' ? text : undefined
}

function thoughtTurn({ summary, content }: Item): Turn | undefined {
  const parts = [summary, content].flatMap(list => (Array.isArray(list) ? list : []))
  const reasoning = parts.map(part => (isObject(part) ? (textIn(part) ?? '') : '')).join('')
  return reasoning === '' ? undefined : { role: 'assistant', content: '', reasoning }
}
