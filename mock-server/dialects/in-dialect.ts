/** What the server says and hears, in a dialect; OpenAI's own way where the dialect has no other. */
import type { Random } from '../../base/random.ts'
import type { ApiError } from '../../protocol/errors/api-error.ts'
import { completionId } from '../../protocol/ids.ts'
import { modelObject } from '../../protocol/models.ts'
import { callIdIn } from './call-id.ts'
import type {
  ChatHabits,
  ChatMessage,
  ChatUsage,
  Completion,
  CompletionChoice,
  Dialect,
  ErrorAnswer,
  Json,
  ReplyFacts,
} from './dialect.ts'

/** What draws a completion's id: OpenAI's is drawn first in any case, so that what follows is the same. */
export function completionIdIn({ chat }: Dialect): (random: Random) => string {
  const { id } = chat ?? {}
  if (!id) return completionId
  return random => {
    completionId(random)
    return id(random.fork('id'))
  }
}

/** A completion that is not streamed; its own id is the dialect's already, its calls' and its usage are OpenAI's. */
export function completionIn(
  habits: ChatHabits,
  completion: Completion<ChatMessage, ChatUsage>,
  facts: ReplyFacts,
): Json {
  const choices = completion.choices.map(choice => ({
    ...choice,
    message: messageIn(habits, choice, facts),
  }))
  const usage = (habits.usageOf?.(completion.usage, facts) ?? completion.usage) as Json
  const said: Completion = { ...completion, choices, usage }
  return habits.completion?.(said, facts) ?? said
}

function messageIn(
  habits: ChatHabits,
  { index, message }: CompletionChoice<ChatMessage>,
  facts: ReplyFacts,
): Json {
  const { tool_calls, function_call } = message
  const calls = tool_calls?.map((call, i) => ({
    ...call,
    id: callIdIn(habits, { choice: index, call: i, id: call.id as string }, facts),
  }))
  const named = calls ? { ...message, tool_calls: calls } : message
  const said = habits.message?.(named) ?? named
  return function_call === undefined ? said : { ...said, function_call }
}

/**
 * The chat body as OpenAI would have to be sent it. `knows`: whether OpenAI has a parameter of that name.
 * Throws ApiError for what only this provider refuses.
 */
export function chatBodyIn(
  { request }: Dialect,
  body: Json,
  knows: (name: string) => boolean,
): Json {
  if (!request) return body
  const adapted = request.chatBody?.(body) ?? body
  if (!request.acceptsUnknown) return adapted
  return Object.fromEntries(Object.entries(adapted).filter(([name]) => knows(name)))
}

export function errorIn(dialect: Dialect, error: ApiError): ErrorAnswer {
  const { status, headers } = error
  return dialect.error?.(error) ?? { status, json: error.toBody(), headers }
}

/**
 * The data of the event that breaks a chat stream off.
 * `last`: the chunk that was sent before it, undefined when there was none.
 */
export function streamErrorIn(dialect: Dialect, error: ApiError, last: Json | undefined): string {
  const { message, type, param, code } = error
  if (dialect.streamError) return JSON.stringify(dialect.streamError(error, last))
  return dialect.error?.(error).json ?? JSON.stringify({ error: { message, type, param, code } })
}

export function modelIn({ model }: Dialect, id: string): Json {
  const said = modelObject(id)
  return model?.(said) ?? said
}

export function modelListIn(dialect: Dialect, ids: readonly string[]): Json {
  const data = ids.map(id => modelIn(dialect, id))
  return dialect.modelList?.(data) ?? { object: 'list', data }
}
