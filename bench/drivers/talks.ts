/** What a user of a load says: conversations where the work knows of any, else one request after the other. */
import { OptionError } from '../../base/option-error.ts'
import type { Conversation } from '../work/conversation.ts'
import type { Work } from '../work/work.ts'

/** `hasTalks`: conversations were asked for, or may be in a data set. `mustTalk`: it is an error where there are none. */
export function talksOf(
  work: Work,
  { hasTalks, mustTalk }: { readonly hasTalks: boolean; readonly mustTalk: boolean },
): () => Conversation {
  if (!hasTalks) return () => oneRequest(work)
  if (mustTalk) work.conversation()
  return () => {
    try {
      return work.conversation()
    } catch (error) {
      if (!(error instanceof OptionError)) throw error
      return oneRequest(work)
    }
  }
}

function oneRequest(work: Work): Conversation {
  let isAsked = false
  return {
    next(hint) {
      if (isAsked) return undefined
      isAsked = true
      return work.next(hint)
    },
    answered() {},
  }
}
