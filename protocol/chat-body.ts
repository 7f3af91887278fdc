/** The body of `POST /chat/completions` from a request in our words. */

export interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function'
  readonly content?: string | readonly object[] | null
  readonly name?: string
  /** Anything else the wire knows, such as `tool_calls`. */
  readonly [field: string]: unknown
}

export interface ChatBodyWords {
  readonly model: string
  readonly messages: readonly Message[]
  readonly maxTokens?: number | undefined
  readonly temperature?: number | undefined
  readonly seed?: number | undefined
  readonly stop?: string | readonly string[] | undefined
  /** Other fields as the wire names them, such as `tools`; they win. For the Responses API in either API's words. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined
  readonly stream: boolean
}

/** Always asks for usage in a stream: a bill that is read beats one that is counted. */
export function chatBody(words: ChatBodyWords): Record<string, unknown> {
  const { model, messages, maxTokens, temperature, seed, stop, extra, stream } = words
  return {
    model,
    messages,
    ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { stop }),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...extra,
  }
}
