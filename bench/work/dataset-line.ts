/**
 * A line of a JSONL data set: `prompt`, `messages`, ShareGPT's `conversations`, a batch's `body`, or a whole request
 * body, which is known by its `model`.
 */
import type { Asked, Message } from './prompt.ts'

/** What is wrong with a line, as the end of a sentence. */
export class WrongLine extends Error {
  override readonly name = 'WrongLine'
}

const shapes = 'prompt, messages, conversations, body, or a whole request body with its model'

/** Throws WrongLine. */
export function readDatasetLine(json: string): Asked {
  let line: unknown
  try {
    line = JSON.parse(json)
  } catch (cause) {
    throw new WrongLine(`it is no JSON: ${(cause as Error).message}`, { cause })
  }
  if (!isObject(line)) throw new WrongLine(`write an object with ${shapes}`)
  if (isObject(line.body)) return { kind: 'body', body: line.body }
  if (typeof line.model === 'string' && hasPrompt(line)) return { kind: 'body', body: line }
  if (line.conversations !== undefined) return readTalk(line.conversations)
  if (line.messages !== undefined) {
    return { kind: 'messages', messages: listOf('messages', line.messages).map(readMessage) }
  }
  if (typeof line.prompt === 'string' && line.prompt !== '') {
    return { kind: 'text', text: line.prompt }
  }
  if (line.prompt !== undefined) throw new WrongLine('its prompt must be a text that is not empty')
  const names = Object.keys(line).slice(0, 8).join(', ') || 'nothing'
  throw new WrongLine(`it has ${names}; write ${shapes}`)
}

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasPrompt({ messages, prompt, input }: Fields): boolean {
  return messages !== undefined || prompt !== undefined || input !== undefined
}

function listOf(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value
  throw new WrongLine(`its ${name} must be a list that is not empty`)
}

function readMessage(value: unknown, place: number): Message {
  if (isObject(value) && typeof value.role === 'string') {
    return { ...value, role: value.role, content: value.content }
  }
  throw new WrongLine(`its messages.${place} needs a role and a content`)
}

/** Whose turn it was, by the names that such data sets use. */
const speakers: Readonly<Record<string, string>> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  assistant: 'assistant',
  bot: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  model: 'assistant',
  system: 'system',
}

function readTalk(value: unknown): Asked {
  const messages = listOf('conversations', value).map((turn, place): Message => {
    const { from, value: content } = isObject(turn) ? turn : {}
    const role = speakers[String(from)]
    if (role !== undefined && typeof content === 'string') return { role, content }
    throw new WrongLine(
      `its conversations.${place} needs from (one of ${Object.keys(speakers).join(', ')}) and a text as value`,
    )
  })
  if (!messages.some(({ role }) => role === 'user')) {
    throw new WrongLine('nothing in its conversations is from human')
  }
  return { kind: 'talk', messages }
}
