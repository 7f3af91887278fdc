/** The prompt that a response would have, counted and not answered. */

import type { Ask } from '../../protocol/ask.ts'
import { noRequestedModel } from '../../protocol/errors/responses.ts'
import type { Item } from '../../protocol/responses-input.ts'
import { askOf } from '../../protocol/responses-request.ts'
import { countAskTokensInSlices } from '../../protocol/tokens/ask-tokens.ts'
import { encodingFor } from '../../protocol/tokens/encodings.ts'
import { loadTokenizer } from '../../protocol/tokens/tokenizer.ts'
import { contextOf, type ResponseAsking, resolvedInput } from './responses-plan.ts'

export interface CountedPrompt {
  readonly ask: Ask
  /** What the prompt is made of. */
  readonly items: readonly Item[]
  readonly promptTokens: number
}

/** Throws ApiError for what is refused. */
export async function countPrompt(asking: ResponseAsking): Promise<CountedPrompt> {
  const { provider, entry } = asking.exchange
  const context = contextOf(asking)
  const input = resolvedInput(asking)
  const ask = askOf({ ...asking.request, input }, context)
  entry.model = ask.model
  if (!provider.serves(ask.model)) throw noRequestedModel(ask.model)
  const tokenizer = await loadTokenizer(encodingFor(ask.model).encoding)
  const promptTokens = await countAskTokensInSlices(tokenizer, ask)
  return { ask, items: [...context, ...input], promptTokens }
}
