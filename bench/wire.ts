/** The few words of OpenAI's wire that the bench speaks: one request body, and what a chunk says. */

/** A streaming chat completion with usage asked for; `maxTokens` is left out when undefined. */
export function chatBody(model: string, prompt: string, maxTokens: number | undefined): string {
  return JSON.stringify({
    model,
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  })
}

/** Token counts as the server reports them. */
export interface Usage {
  readonly input: number
  readonly output: number
}

/** What one event says. Usage may come alone (OpenAI) or on a content chunk (others). */
export interface ChunkNews {
  /** Text, reasoning or a tool call came; a role, a finish reason or an empty delta is none. */
  readonly hasContent: boolean
  readonly usage?: Usage | undefined
  /** The server's words when the event is an error. */
  readonly error?: string
}

export const streamEnd = '[DONE]'

const onlyContent: ChunkNews = { hasContent: true }
const nothing: ChunkNews = { hasContent: false }

interface Chunk {
  readonly choices?: readonly {
    readonly text?: string | null
    readonly delta?: Readonly<Record<string, unknown>> | null
  }[]
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null
  readonly error?: unknown
}

/** What the data of one event says; undefined when it is no chunk (not JSON, or no object). */
export function readChunk(data: string): ChunkNews | undefined {
  let chunk: Chunk | null
  try {
    chunk = JSON.parse(data)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (typeof chunk !== 'object' || chunk === null) return undefined
  if (chunk.error) return { hasContent: false, error: errorText(chunk.error) }
  const said = Array.isArray(chunk.choices) && chunk.choices.some(hasContent)
  return chunk.usage ? { hasContent: said, usage: usageOf(chunk) } : said ? onlyContent : nothing
}

function hasContent(choice: NonNullable<Chunk['choices']>[number] | null): boolean {
  const delta = choice?.delta
  if (!delta) return Boolean(choice?.text)
  if (delta.content) return true
  const { reasoning_content: reasoning, tool_calls: tools } = delta
  return Boolean(
    reasoning || delta.reasoning || delta.refusal || (Array.isArray(tools) && tools[0]),
  )
}

function usageOf({ usage }: Chunk): Usage | undefined {
  if (typeof usage?.completion_tokens !== 'number') return undefined
  return { input: usage.prompt_tokens ?? 0, output: usage.completion_tokens }
}

/** The message of an API error, whatever shape it has. */
export function errorText(error: unknown): string {
  if (typeof error === 'string') return error
  const { message } = error as { message?: unknown }
  return typeof message === 'string' ? message : JSON.stringify(error)
}

/** The words of an error response: its `error.message`, or the first of the body as it stands. */
export function errorBodyText(body: string): string {
  try {
    const { error } = JSON.parse(body)
    if (error) return errorText(error)
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof TypeError)) throw cause
  }
  return body.trim().replace(/\s+/g, ' ')
}
