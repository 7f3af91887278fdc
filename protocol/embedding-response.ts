/** The answer with embeddings, in pieces that joined are its JSON: 2,048 vectors are some 40 MB of it. */
import type { EmbeddingRequest } from './embedding-request.ts'

export interface EmbeddingHead {
  /** As the answer names it. */
  readonly model: string
  readonly promptTokens: number
}

export const embeddingsStart = '{"object":"list","data":['

/** One entry of the list, with the comma that parts it from the one before. */
export function embeddingJson(
  index: number,
  vector: Float64Array,
  format: EmbeddingRequest['format'],
): string {
  const value = format === 'base64' ? `"${base64Of(vector)}"` : `[${vector.join(',')}]`
  const comma = index > 0 ? ',' : ''
  return `${comma}{"object":"embedding","index":${index},"embedding":${value}}`
}

export function embeddingsEnd({ model, promptTokens }: EmbeddingHead): string {
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens }
  return `],"model":${JSON.stringify(model)},"usage":${JSON.stringify(usage)}}`
}

/** 32-bit floats, little end first, whatever the machine's own order is. */
function base64Of(vector: Float64Array): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4)
  for (let i = 0; i < vector.length; i++) bytes.writeFloatLE(vector[i]!, i * 4)
  return bytes.toString('base64')
}
