/** The messages of a chat as turns: unknown JSON to `Turn`s in one pass, or the API's own refusal. */

import type { ToolCall, Turn } from './ask.ts'
import { readCalls, readFunctionCall } from './chat-calls.ts'
import { readParts } from './chat-parts.ts'
import { isObject, string, text } from './checks.ts'
import {
  arrayTooLong,
  emptyArray,
  missingParameter,
  unsupportedValue,
  wrongType,
} from './errors/field.ts'

const MAX_MESSAGES = 2048
const roles = ['system', 'assistant', 'user', 'function', 'tool', 'developer'] as const

/** Turn i is message i. Throws ApiError. */
export function readTurns(messages: unknown): readonly Turn[] {
  if (!Array.isArray(messages)) throw wrongType('messages', 'an array of objects', messages)
  const { length } = messages
  if (length === 0) throw emptyArray('messages')
  if (length > MAX_MESSAGES) throw arrayTooLong('messages', MAX_MESSAGES, length)
  const turns: Turn[] = []
  for (let i = 0; i < length; i++) turns.push(readTurn(messages[i], i))
  return turns
}

/**
 * What can be made of messages that nothing is refused of: those that are no objects are left out, an
 * unknown role is the user's, content that cannot be read is empty.
 */
export function readTurnsLeniently(messages: unknown): readonly Turn[] {
  if (!Array.isArray(messages)) return []
  const turns: Turn[] = []
  for (const message of messages) {
    if (!isObject(message)) continue
    try {
      turns.push(readTurn(message, turns.length))
    } catch {
      const role = roles.find(known => known === message.role) ?? 'user'
      const content = typeof message.content === 'string' ? message.content : ''
      turns.push(turn(role, content))
    }
  }
  return turns
}

/** Every turn has all of the fields in one order: what reads many of them stays quick. */
function turn(
  role: Turn['role'],
  content: string,
  name?: string,
  calls?: readonly ToolCall[],
  callId?: string,
  reasoning?: string,
  media?: readonly unknown[],
): Turn {
  return { role, content, name, calls, callId, reasoning, media }
}

/** The places of faults are put together only where there is one: messages are many. */
function readTurn(message: unknown, i: number): Turn {
  if (!isObject(message)) throw wrongType(`messages[${i}]`, 'an object', message)
  const { role, content, name } = message
  if (!isRole(role)) throw badRole(role, i)
  if (name != null) checkName(name, `messages[${i}].name`)
  const plain = typeof content === 'string' || content == null
  const parts = plain ? undefined : readParts(content, role, i)
  const said = plain ? (content ?? '') : parts!.text
  const named = (name ?? undefined) as string | undefined
  switch (role) {
    case 'assistant':
      return readAssistant(message, i, { said, named, media: parts?.media })
    case 'tool':
      return turn(role, said, named, undefined, readCallId(message.tool_call_id, i))
    case 'function':
      if (named === undefined) throw missingParameter(`messages[${i}].name`)
      return turn(role, said, named)
    default:
      return turn(role, said, named, undefined, undefined, undefined, parts?.media)
  }
}

function isRole(role: unknown): role is Turn['role'] {
  return roles.includes(role as Turn['role'])
}

function badRole(role: unknown, i: number) {
  const param = `messages[${i}].role`
  if (role == null) return missingParameter(param)
  if (typeof role !== 'string') return wrongType(param, 'a string', role)
  return unsupportedValue(param, role, roles)
}

const checkName = text({ minLength: 1, maxLength: 64, pattern: /^[^\s<|\\/>]+$/ })
const checkCallId = text({ maxLength: 40 })

/** That there is one is seen to where calls and answers are held side by side. */
function readCallId(id: unknown, i: number): string | undefined {
  if (id == null) return undefined
  checkCallId(id, `messages[${i}].tool_call_id`)
  return id as string
}

interface Read {
  readonly said: string
  readonly named: string | undefined
  readonly media: readonly unknown[] | undefined
}

function readAssistant(
  message: Readonly<Record<string, unknown>>,
  i: number,
  { said, named, media }: Read,
): Turn {
  const { tool_calls, function_call, refusal, reasoning_content, reasoning } = message
  const calls =
    tool_calls == null
      ? function_call == null
        ? undefined
        : [readFunctionCall(function_call, `messages[${i}].function_call`)]
      : readCalls(tool_calls, `messages[${i}].tool_calls`)
  if (refusal != null) string(refusal, `messages[${i}].refusal`)
  // No field of the provider's own; what others call it is taken as it comes.
  const thought = reasoning_content ?? reasoning
  return turn(
    'assistant',
    said === '' ? ((refusal as string | null | undefined) ?? '') : said,
    named,
    calls,
    undefined,
    typeof thought === 'string' ? thought : undefined,
    media,
  )
}
