/** A conversation as it stands on the wire, and the items that may be added to it at once. */
import { anything, arrayOf, type Check, type Json } from './checks.ts'
import { checkItems } from './responses-input.ts'

const MAX_ITEMS = 20
const bounded = arrayOf(anything, 'an object', { maxLength: MAX_ITEMS })

/** At most 20 at once. */
export const checkConversationItems: Check = (value, param) => {
  bounded(value, param)
  checkItems(value, param)
}

export interface ConversationFacts {
  readonly id: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly metadata: Json
}

export function conversationObject({ id, createdAt, metadata }: ConversationFacts) {
  return { id, object: 'conversation', created_at: createdAt, metadata }
}

export function deletedConversation(id: string) {
  return { id, object: 'conversation.deleted', deleted: true }
}
