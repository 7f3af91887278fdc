/** How much of a predicted answer came true: as a provider that drafts from it would tell. */
import type { RareUsage } from '../../protocol/chat-completion.ts'
import type { TokenText } from '../../protocol/tokens/tokenizer.ts'
import type { Reply, ReplyItem } from './reply.ts'
import type { ReplyToken } from './reply-token.ts'

/** How far ahead in the answer the next predicted token is looked for. */
const LOOK_AHEAD = 64

type Predicted = Required<Pick<RareUsage, 'acceptedTokens' | 'rejectedTokens'>>

/** Summed over all replies. */
export function judgePrediction(
  prediction: readonly TokenText[],
  choices: readonly Reply[],
): Predicted {
  let acceptedTokens = 0
  let predictedTokens = 0
  for (const { items } of choices) {
    const said = items.filter(({ kind }) => kind === 'text').flatMap(singleTokens)
    let next = 0
    for (const { text, tokens } of prediction) {
      predictedTokens += tokens
      const end = Math.min(said.length, next + LOOK_AHEAD)
      for (let i = next; i < end; i++) {
        if (said[i]!.text !== text) continue
        acceptedTokens += tokens
        next = i + 1
        break
      }
    }
  }
  return { acceptedTokens, rejectedTokens: predictedTokens - acceptedTokens }
}

/** One by one, also where a chunk says several. */
function singleTokens({ tokens }: ReplyItem): readonly ReplyToken[] {
  return tokens.flatMap(token => token.joins?.tokens ?? token)
}
