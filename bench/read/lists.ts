/** Whole answers that are a list of what was made: embeddings, moderations, images. */
import { errorText, readObject, type Usage, type WholeReader } from './reader.ts'

interface Answer {
  readonly [name: string]: unknown
  readonly usage?: {
    readonly prompt_tokens?: number
    readonly input_tokens?: number
    readonly output_tokens?: number
  } | null
  readonly error?: unknown
}

/** `name`: of the list in the answer. */
function listReader(name: string): WholeReader {
  return {
    kind: 'whole',
    whole(body) {
      const answer = readObject(body) as Answer | undefined
      if (!answer) return undefined
      if (answer.error) return { hasContent: false, error: errorText(answer.error) }
      const list = answer[name]
      if (!Array.isArray(list)) return undefined
      return { hasContent: list.length > 0, usage: usageOf(answer.usage) }
    },
  }
}

export const embeddingsReader = listReader('data')
export const imagesReader = listReader('data')
export const moderationsReader = listReader('results')

function usageOf(usage: Answer['usage']): Usage | undefined {
  const input = usage?.prompt_tokens ?? usage?.input_tokens
  return typeof input === 'number' ? { input, output: usage?.output_tokens ?? 0 } : undefined
}
