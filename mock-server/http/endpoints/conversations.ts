/** /conversations: kept items that responses are added to; created, read, changed, deleted, item by item. */
import { createRandom } from '../../../base/random.ts'
import {
  metadata as checkMetadata,
  isObject,
  type Json,
  required,
} from '../../../protocol/checks.ts'
import {
  checkConversationItems,
  conversationObject,
  deletedConversation,
} from '../../../protocol/conversation-object.ts'
import { missingParameter } from '../../../protocol/errors/field.ts'
import { noSuchConversation, noSuchConversationItem } from '../../../protocol/errors/responses.ts'
import { prefixedId } from '../../../protocol/responses-ids.ts'
import { type Item, type KeptItem, readInput, withIds } from '../../../protocol/responses-input.ts'
import type { Conversation } from '../../engine/conversations.ts'
import { pageOf } from '../../engine/store.ts'
import type { Provider } from '../../provider.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { readPageQuery } from '../page-query.ts'
import { responsesStateOf } from '../responses-state.ts'

export function conversationEndpoints(provider: Provider): readonly Endpoint[] {
  const { conversations } = responsesStateOf(provider)
  const { lenient } = provider.options
  const random = createRandom(provider.seed, 'conversations')
  let made = 0

  function find(id: string): Conversation {
    const found = conversations.get(id)
    if (found) return found
    if (lenient) return conversations.create(id, provider.created(), {})
    throw noSuchConversation(id)
  }

  function kept(items: readonly Item[]): readonly KeptItem[] {
    return withIds(items, random.fork(`items ${made++}`))
  }

  function create({ body }: Call) {
    const { metadata, items } = bodyOf(body)
    checkMetadata(metadata, 'metadata')
    checkConversationItems(items, 'items')
    const id = prefixedId(random.fork(`conversation ${made++}`), 'conv')
    const conversation = conversations.create(id, provider.created(), metadataOf(metadata))
    conversations.append(id, kept(readInput(items)))
    return conversationObject(conversation)
  }

  function update({ params, body }: Call) {
    const conversation = find(params.id!)
    const { metadata } = bodyOf(body)
    if (!lenient && metadata === undefined) throw missingParameter('metadata')
    checkMetadata(metadata, 'metadata')
    conversation.metadata = metadataOf(metadata)
    return conversationObject(conversation)
  }

  function remove({ params }: Call) {
    const id = params.id!
    if (!conversations.delete(id) && !lenient) throw noSuchConversation(id)
    return deletedConversation(id)
  }

  function addItems({ params, body }: Call) {
    const { id } = find(params.id!)
    const { items } = bodyOf(body)
    const check = lenient ? checkConversationItems : required(checkConversationItems)
    check(items, 'items')
    const added = kept(readInput(items))
    conversations.append(id, added)
    return pageOf(added, { limit: added.length, order: 'asc', after: undefined, before: undefined })
  }

  function listItems({ params, query }: Call) {
    const { items } = find(params.id!)
    return pageOf(items, readPageQuery(query, { fallback: 20, max: 100, lenient }))
  }

  function findItem({ params }: Call): Json {
    const { id, items } = find(params.id!)
    const item = items.find(one => one.id === params.item)
    if (item) return item
    if (!lenient) throw noSuchConversationItem(id, params.item!)
    return placeholderItem(params.item!)
  }

  function removeItem({ params }: Call) {
    const conversation = find(params.id!)
    const isThere = conversations.removeItem(conversation.id, params.item!)
    if (!isThere && !lenient) throw noSuchConversationItem(conversation.id, params.item!)
    return conversationObject(conversation)
  }

  const name = 'conversations'
  const path = '/conversations/:id'
  return [
    { method: 'POST', path: '/conversations', name, body: 'any', answer: create },
    { method: 'GET', path, name, answer: ({ params }) => conversationObject(find(params.id!)) },
    { method: 'POST', path, name, answer: update },
    { method: 'DELETE', path, name, answer: remove },
    { method: 'POST', path: `${path}/items`, name, answer: addItems },
    { method: 'GET', path: `${path}/items`, name, answer: listItems },
    { method: 'GET', path: `${path}/items/:item`, name, answer: findItem },
    { method: 'DELETE', path: `${path}/items/:item`, name, answer: removeItem },
  ]
}

function bodyOf(body: unknown): Json {
  return isObject(body) ? body : {}
}

function metadataOf(value: unknown): Json {
  return isObject(value) ? value : {}
}

function placeholderItem(id: string): KeptItem {
  const [message] = readInput('placeholder')
  return { ...message!, id }
}
