/** The calls that an assistant's message made, and whether the messages after it answer them. */

import type { ToolCall, Turn } from './ask.ts'
import { type Check, identifier, isObject, object, required, string, text } from './checks.ts'
import { strayCallId, strayToolMessage, unansweredCalls } from './errors/chat.ts'
import { emptyArray, missingParameter, unsupportedValue, wrongType } from './errors/field.ts'

const callId = required(text({ maxLength: 40 }))
const callName = required(identifier)
const callText = required(string)
const callObject: Check = required(object)

/** `param`: where the list stands. Throws ApiError. */
export function readCalls(list: unknown, param: string): readonly ToolCall[] {
  if (!Array.isArray(list)) throw wrongType(param, 'an array of objects', list)
  if (list.length === 0) throw emptyArray(param)
  return list.map((call, k) => readCall(call, `${param}[${k}]`))
}

function readCall(call: unknown, at: string): ToolCall {
  if (!isObject(call)) throw wrongType(at, 'an object', call)
  const { id, type } = call
  callId(id, `${at}.id`)
  if (type == null) throw missingParameter(`${at}.type`)
  if (type !== 'function' && type !== 'custom') {
    if (typeof type !== 'string') throw wrongType(`${at}.type`, 'a string', type)
    throw unsupportedValue(`${at}.type`, type, ['function', 'custom'])
  }
  const said = type === 'function' ? 'arguments' : 'input'
  return readNamed(id as string, call[type], `${at}.${type}`, said)
}

/** The form before tools: no id, one call a message. */
export function readFunctionCall(call: unknown, at: string): ToolCall {
  return readNamed('', call, at, 'arguments')
}

function readNamed(id: string, value: unknown, at: string, said: 'arguments' | 'input'): ToolCall {
  callObject(value, at)
  const named = value as Readonly<Record<string, unknown>>
  callName(named.name, `${at}.name`)
  callText(named[said], `${at}.${said}`)
  return { id, name: named.name as string, arguments: named[said] as string }
}

/** Every call is answered by the tool messages right after it, and these answer nothing else. */
export function checkAnswers(turns: readonly Turn[]): void {
  let asked: ReadonlySet<string> | undefined
  let open: Set<string> | undefined
  for (let i = 0; i < turns.length; i++) {
    const { role, calls, callId: answered } = turns[i]!
    if (role === 'tool') {
      if (!asked) throw strayToolMessage(i)
      if (answered === undefined) throw missingParameter(`messages[${i}].tool_call_id`)
      if (!asked.has(answered)) throw strayCallId(i, answered)
      open!.delete(answered)
    } else {
      if (open && open.size > 0) throw unansweredCalls(i, [...open])
      // A `function_call` has no id: a message of the role `function` answers it, or none does.
      asked = calls && calls[0]!.id !== '' ? new Set(calls.map(({ id }) => id)) : undefined
      open = asked && new Set(asked)
    }
  }
  if (open && open.size > 0) throw unansweredCalls(undefined, [...open])
}
