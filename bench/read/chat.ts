/** Streamed chat completions, and completions before them: what a chunk says. */
import { errorText, type News, type Reader, type Usage } from './reader.ts'

const onlyContent: News = { hasContent: true }
const nothing: News = { hasContent: false }
const ended: News = { hasContent: false, isEnd: true }

interface Chunk {
  readonly choices?: readonly {
    readonly text?: string | null
    readonly delta?: Readonly<Record<string, unknown>> | null
  }[]
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null
  readonly error?: unknown
}

export const chatReader: Reader = {
  end: '[DONE]',
  whole: undefined,
  event(data) {
    if (data === '[DONE]') return ended
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
  },
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
