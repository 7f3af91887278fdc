/** What a user of a load says: conversations where the work has some, else one request after the other. */
import { type Conversation, oneRequest } from '../work/conversation.ts'
import type { Work } from '../work/work.ts'

export function talksOf(work: Work): () => Conversation {
  return work.hasTalks ? work.conversation : () => oneRequest(hint => work.next(hint))
}
