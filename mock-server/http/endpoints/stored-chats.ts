/** What `store: true` keeps of /chat/completions: listed, read, changed, deleted, and the messages asked with. */

import { metadata as checkMetadata, isObject, type Json } from '../../../protocol/checks.ts'
import { noSuchCompletion } from '../../../protocol/errors/chat.ts'
import { missingParameter } from '../../../protocol/errors/field.ts'
import { snapshotOf } from '../../../protocol/models.ts'
import type { ChatAudioStream } from '../../engine/chat-audio.ts'
import { completionObject } from '../../engine/chat-object.ts'
import type { ChatTelling } from '../../engine/chat-telling.ts'
import { textLength } from '../../engine/responses/store.ts'
import { createStore, pageOf, type Store } from '../../engine/store.ts'
import type { Provider } from '../../provider.ts'
import type { PlannedChat } from '../chat-play.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { readPageQuery } from '../page-query.ts'

export interface StoredChat {
  readonly id: string
  readonly metadata: Readonly<Record<string, string>>
  /** The completion as it was answered, and the messages as they were sent. */
  readonly completion: Json & { readonly model: string }
  readonly messages: readonly Json[]
}

const MAX_STORED = 1000
/** Characters of all that is stored. */
const MAX_LENGTH = 2 ** 26
const NAME = 'chat.completions'

export function storedChats({ onReset }: Provider): Store<StoredChat> {
  const size = { maxLength: MAX_LENGTH, lengthOf: (chat: StoredChat) => textLength(chat) }
  const chats = createStore<StoredChat>(MAX_STORED, undefined, size)
  onReset(chats.clear)
  return chats
}

export function storedChatEndpoints(provider: Provider): readonly Endpoint[] {
  const store = provider.shared(storedChats)
  const { lenient } = provider.options
  const bounds = { fallback: 20, max: 100, order: 'asc', lenient } as const

  function find(id: string): StoredChat {
    const stored = store.get(id)
    if (stored) return stored
    if (lenient) return placeholder(id, provider.created())
    throw noSuchCompletion(id)
  }

  function list({ query }: Call) {
    const page = readPageQuery(query, bounds)
    const model = query.get('model')
    const wanted = metadataOf(query)
    const matches = ({ completion, metadata }: StoredChat) =>
      (model === null || [model, snapshotOf(model)].includes(completion.model)) &&
      wanted.every(([name, value]) => metadata[name] === value)
    return pageOf(store.all().filter(matches).map(shown), page)
  }

  function update({ params, body }: Call) {
    const stored = find(params.id!)
    const { metadata } = (isObject(body) ? body : {}) as { metadata?: StoredChat['metadata'] }
    if (!lenient && metadata === undefined) throw missingParameter('metadata')
    if (!lenient) checkMetadata(metadata, 'metadata')
    return shown(store.put({ ...stored, metadata: metadata ?? {} }))
  }

  function remove({ params }: Call) {
    const id = params.id!
    if (!store.delete(id) && !lenient) throw noSuchCompletion(id)
    return { object: 'chat.completion.deleted', id, deleted: true }
  }

  function messages({ params, query }: Call) {
    const { id, messages } = find(params.id!)
    const listed = messages.map((message, i) => shownMessage(message, `${id}-${i}`))
    return pageOf(listed, readPageQuery(query, bounds))
  }

  const path = '/chat/completions'
  return [
    { method: 'GET', path, name: NAME, answer: list },
    {
      method: 'GET',
      path: `${path}/:id`,
      name: NAME,
      answer: ({ params }) => shown(find(params.id!)),
    },
    { method: 'POST', path: `${path}/:id`, name: NAME, answer: update },
    { method: 'DELETE', path: `${path}/:id`, name: NAME, answer: remove },
    { method: 'GET', path: `${path}/:id/messages`, name: NAME, answer: messages },
  ]
}

/** Keeps the answer, once it was sent whole, with what was asked for. */
export function storeChat(
  { exchange, provider, body }: Call,
  { chat: { metadata, messages }, planned: { plan, random }, head }: PlannedChat,
  telling: ChatTelling,
): void {
  const store = provider.shared(storedChats)
  const asked = isObject(body) ? body : {}
  exchange.response.once('finish', () => {
    const { done, requestId } = exchange.entry
    if (done.outcome !== 'ok') return
    const completion = {
      ...completionObject(plan, head, random, { ...telling, audio: telling.audio?.map(silent) }),
      request_id: requestId,
      tool_choice: asked.tool_choice ?? null,
      seed: asked.seed ?? null,
      top_p: asked.top_p ?? 1,
      temperature: asked.temperature ?? 1,
      presence_penalty: asked.presence_penalty ?? 0,
      frequency_penalty: asked.frequency_penalty ?? 0,
      input_user: asked.user ?? null,
      tools: asked.tools ?? null,
      response_format: asked.response_format ?? null,
    }
    store.put({ id: plan.id, completion, metadata, messages })
  })
}

/** Sound itself is not kept. */
function silent(audio: ChatAudioStream | undefined) {
  return audio && { ...audio, data: () => '' }
}

function shown({ id, completion, metadata }: StoredChat) {
  return { ...completion, id, metadata }
}

/** Content that was sent in parts is listed in parts. */
function shownMessage({ content, ...message }: Json, id: string) {
  const inParts = Array.isArray(content)
  return {
    id,
    name: null,
    ...message,
    content: inParts ? null : (content ?? null),
    content_parts: inParts ? content : null,
  }
}

/** `metadata[key]=value`, as often as it is given. */
function metadataOf(query: URLSearchParams): readonly (readonly [string, string])[] {
  return [...query].flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1]
    return key === undefined ? [] : [[key, value] as const]
  })
}

/** What stands behind an id that nobody was given. */
function placeholder(id: string, created: number): StoredChat {
  const message = { role: 'assistant', content: '', refusal: null, annotations: [] }
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }]
  const completion = {
    id,
    object: 'chat.completion',
    created,
    model: 'gpt-4o-mini',
    choices,
    usage,
  }
  // The SDK's type of a message that was asked with knows this role only.
  return { id, completion, metadata: {}, messages: [{ role: 'assistant', content: '' }] }
}
