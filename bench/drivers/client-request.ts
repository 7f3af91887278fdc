/** A request of the work as the reference client sends it; only chat completions go through it. */
import type { ChatRequest, Message } from '../../client/index.ts'
import type { Request } from '../work/request.ts'

export const chatPath = '/chat/completions'

interface Body {
  readonly model: string
  readonly messages: readonly Message[]
  readonly stream?: boolean
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
}

/** The wire is what the body says, field by field. Undefined: it is no chat completion. */
export function clientRequest({ path, headers, body }: Request): ChatRequest | undefined {
  if (path !== chatPath) return undefined
  const { model, messages, stream = false, ...extra }: Body = JSON.parse(body)
  const maxTokens = extra.max_completion_tokens ?? extra.max_tokens
  return {
    model,
    messages,
    stream,
    headers,
    // For the client's own reckoning; how it is written stays as it was.
    maxTokens,
    extra: { max_completion_tokens: undefined, ...extra },
  }
}
