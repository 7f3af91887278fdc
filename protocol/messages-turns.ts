/** The messages of Anthropic's API as turns, or its refusal of them. */
import type { ToolCall, Turn } from './ask.ts'
import { isObject, type Json } from './checks.ts'
import { checkBlock, checkSaying, checkTexts } from './messages-blocks.ts'
import { dictionary, invalid, list, required } from './messages-checks.ts'
import { checkPairs } from './messages-pairs.ts'

const MAX_MESSAGES = 100_000

/** Throws ApiError for messages that the API would refuse; `lenient`: only for what is no list. */
export function readMessages(messages: unknown, lenient: boolean): Turn[] {
  if (lenient) {
    if (messages !== undefined && messages !== null) list(messages, 'messages')
    return unfinished(((messages ?? []) as unknown[]).filter(isObject).flatMap(turnsOf))
  }
  required(list)(messages, 'messages')
  const all = messages as readonly unknown[]
  if (all.length === 0) throw invalid('messages', 'at least one message is required')
  if (all.length > MAX_MESSAGES) {
    throw invalid('messages', `at most ${MAX_MESSAGES} messages are allowed`)
  }
  for (const [i, message] of all.entries()) checkMessage(message, i, i === all.length - 1)
  checkPairs(all as readonly Json[])
  checkEnd(all.at(-1) as Json)
  return unfinished(all.flatMap(message => turnsOf(message as Json)))
}

/** A last turn of the assistant's is where the reply goes on from. */
function unfinished(turns: Turn[]): Turn[] {
  const last = turns.at(-1)
  if (last?.role !== 'assistant' || last.calls) return turns
  return [...turns.slice(0, -1), { ...last, unfinished: true }]
}

function checkMessage(message: unknown, place: number, isLast: boolean): void {
  const at = `messages.${place}`
  dictionary(message, at)
  const { role, content } = message as Json
  required(checkRole)(role, `${at}.role`)
  required(role === 'system' ? checkTexts : checkContent)(content, `${at}.content`)
  if (Array.isArray(content) && role !== 'system') {
    for (const [i, block] of content.entries()) checkBlock(block, role as string, at, i)
    for (const block of content) checkSaying(block, 'messages')
  }
  const mayBeEmpty = isLast && role === 'assistant'
  if (!mayBeEmpty && (content as string | unknown[]).length === 0) {
    throw invalid(
      at,
      'all messages must have non-empty content except for the optional final assistant message',
    )
  }
}

function checkRole(role: unknown): void {
  if (role === 'user' || role === 'assistant' || role === 'system') return
  const shown = typeof role === 'string' ? role : JSON.stringify(role)
  throw invalid('messages', `Unexpected role "${shown}". Allowed roles are "user" or "assistant".`)
}

function checkContent(content: unknown, at: string): void {
  if (typeof content !== 'string') list(content, at)
}

/** What the reply goes on from. */
function checkEnd({ role, content }: Json): void {
  if (role !== 'assistant') return
  const last: unknown = typeof content === 'string' ? content : (content as unknown[]).at(-1)
  const text = isObject(last) && last.type === 'text' ? last.text : last
  if (typeof text === 'string' && /\s$/.test(text)) {
    throw invalid('messages', 'final assistant content cannot end with trailing whitespace')
  }
}

/**
 * A message is a turn; each tool's result in it is one of its own, after the rest: whatever the user says
 * beside results, a reply to them is what is asked for.
 */
function turnsOf({ role, content }: Json): Turn[] {
  if (role === 'system') return systemTurns(content)
  const speaker = role === 'assistant' ? role : 'user'
  if (!Array.isArray(content)) return [{ role: speaker, content: wordsIn(content) }]
  const results: Turn[] = []
  const calls: ToolCall[] = []
  const media: unknown[] = []
  let text = ''
  let reasoning = ''
  for (const block of content.filter(isObject)) {
    if (block.type === 'text') text += textOf(block)
    else if (block.type === 'thinking') reasoning += wordsIn(block.thinking)
    else if (block.type === 'tool_use') calls.push(callOf(block))
    else if (block.type === 'tool_result') results.push(resultOf(block))
    else if (isPlainDocument(block)) text += block.source.data
    else if (block.type !== 'redacted_thinking') media.push(block)
  }
  const own: Turn = {
    role: speaker,
    content: text,
    ...(calls.length > 0 && { calls }),
    ...(media.length > 0 && { media }),
    ...(reasoning !== '' && { reasoning }),
  }
  const isEmpty = text === '' && results.length > 0 && media.length === 0
  return isEmpty ? results : [own, ...results]
}

export function systemTurns(system: unknown): Turn[] {
  if (typeof system === 'string') return [{ role: 'system', content: system }]
  if (!Array.isArray(system)) return []
  return [{ role: 'system', content: system.map(textOf).join('\n') }]
}

function textOf(block: unknown): string {
  return isObject(block) ? wordsIn(block.text) : ''
}

function wordsIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function callOf({ id, name, input }: Json): ToolCall {
  return { id: wordsIn(id), name: wordsIn(name), arguments: JSON.stringify(input ?? {}) }
}

function resultOf({ tool_use_id: id, content }: Json): Turn {
  const blocks = Array.isArray(content) ? content : []
  const media = blocks.filter(block => isObject(block) && block.type !== 'text')
  return {
    role: 'tool',
    content: wordsIn(content) || blocks.map(textOf).join(''),
    callId: wordsIn(id),
    ...(media.length > 0 && { media }),
  }
}

/** A document that is text counts as what it says. */
function isPlainDocument(block: Json): block is Json & { source: { data: string } } {
  const { type, source } = block
  return (
    type === 'document' &&
    isObject(source) &&
    source.type === 'text' &&
    typeof source.data === 'string'
  )
}
