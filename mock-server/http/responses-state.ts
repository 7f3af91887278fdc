/** What the endpoints of responses and conversations share. */
import type { Random } from '../../base/random.ts'
import { responseId } from '../../protocol/responses-ids.ts'
import { type Conversations, createConversations } from '../engine/conversations.ts'
import { createResponseStore, type ResponseStore } from '../engine/responses/store.ts'
import type { Provider } from '../provider.ts'

export interface ResponsesState {
  readonly responses: ResponseStore
  readonly conversations: Conversations
  /**
   * The id itself, or another where a response has it already: the same request draws the same id, and each
   * of its responses is to be found. `random`: the request's own.
   */
  freeId(id: string, random: Random): string
}

export function responsesStateOf(provider: Provider): ResponsesState {
  return provider.shared(createState)
}

function createState(provider: Provider): ResponsesState {
  const responses = createResponseStore()
  const conversations = createConversations()
  provider.onClose(() => responses.clear())
  /** How often each id was drawn again; forgotten now and then, which only makes the search longer. */
  const repeats = new Map<string, number>()
  provider.onReset(() => {
    responses.forgetOver()
    conversations.clear()
    repeats.clear()
  })
  return {
    responses,
    conversations,
    freeId(drawn, random) {
      let id = drawn
      let repeat = repeats.get(drawn) ?? 0
      while (responses.get(id)) id = responseId(random.fork(`repeat ${++repeat}`))
      if (repeat > 0) {
        if (repeats.size >= MAX_REPEATED) repeats.clear()
        repeats.set(drawn, repeat)
      }
      return id
    },
  }
}

const MAX_REPEATED = 10_000
