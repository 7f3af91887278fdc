/** The body of `POST /generate`, read with care: it becomes a request that is paid for here. */
import type { ChatRequest, Message } from '../index.ts'
import { badAsk } from './refusals.ts'

export interface AskRules {
  /** Those that may be asked for; the first is the default. */
  readonly models: readonly string[]
  /** The most output tokens of an answer. */
  readonly maxTokens: number
}

const FIELDS = ['prompt', 'messages', 'model', 'maxTokens']
const ROLES = ['system', 'developer', 'user', 'assistant']
const MAX_MESSAGES = 1000

/** `{ prompt | messages, model?, maxTokens? }`. Throws ApiError (400). */
export function readAsk(body: unknown, { models, maxTokens }: AskRules): ChatRequest {
  if (!isObject(body)) throw badAsk(null, 'The body must be a JSON object with a prompt.')
  const stray = Object.keys(body).find(key => !FIELDS.includes(key))
  if (stray !== undefined) {
    throw badAsk(stray.slice(0, 100), `Unknown field; the fields are ${FIELDS.join(', ')}.`)
  }
  const { prompt, messages, model = models[0], maxTokens: asked = maxTokens } = body
  if ((prompt === undefined) === (messages === undefined)) {
    throw badAsk('prompt', 'Write either a prompt or messages.')
  }
  if (!models.some(name => name === model)) {
    throw badAsk('model', `model must be one of ${models.join(', ')}.`)
  }
  if (typeof asked !== 'number' || !Number.isInteger(asked) || asked < 1) {
    throw badAsk('maxTokens', `maxTokens must be a whole number from 1 to ${maxTokens}.`)
  }
  return {
    messages: prompt === undefined ? readMessages(messages) : [readPrompt(prompt)],
    model: model as string,
    maxTokens: Math.min(asked, maxTokens),
  }
}

function readPrompt(prompt: unknown): Message {
  if (typeof prompt === 'string' && prompt.trim() !== '') return { role: 'user', content: prompt }
  throw badAsk('prompt', 'prompt must be a text that is not empty.')
}

function readMessages(messages: unknown): Message[] {
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MAX_MESSAGES) {
    throw badAsk('messages', `messages must be a list of 1 to ${MAX_MESSAGES} messages.`)
  }
  return messages.map((message: unknown, i) => {
    const { role, content, ...rest } = isObject(message) ? message : {}
    const isMessage =
      ROLES.some(name => name === role) &&
      typeof content === 'string' &&
      Object.keys(rest).length === 0
    if (isMessage) return { role: role as Message['role'], content }
    const shape = `{ role: ${ROLES.join(' | ')}, content: a text }`
    throw badAsk(`messages[${i}]`, `messages[${i}] must be ${shape} and nothing else.`)
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
