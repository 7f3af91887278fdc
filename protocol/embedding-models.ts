/** Embedding models by name: how long their vectors are and how they are named in an answer. */

export interface EmbeddingModel {
  /** Coordinates of a vector when the request names no number. */
  readonly dimensions: number
  /** The most that may be asked for; undefined: the model has one length only. */
  readonly maxDimensions: number | undefined
  /** The name that an answer carries. */
  readonly answeredName: string
  /** The cosine of two texts that have nothing in common. */
  readonly kinship: number
}

/** Each input of any model may be this many tokens; all of a request's together, the other. */
export const maxInputTokens = 8192
export const maxRequestTokens = 300_000

/** The most coordinates of any model's vectors; a power of two. */
export const maxVectorLength = 4096

/** Another name than these is taken for a model of somebody else's, which takes any length. */
const OTHER_DIMENSIONS = 1536

export function embeddingModel(name: string): EmbeddingModel {
  if (name.startsWith('text-embedding-ada-002')) {
    const answeredName = 'text-embedding-ada-002-v2'
    return { dimensions: 1536, maxDimensions: undefined, answeredName, kinship: 0.7 }
  }
  if (name === 'text-embedding-3-small') {
    return { dimensions: 1536, maxDimensions: 1536, answeredName: name, kinship: 0.08 }
  }
  if (name === 'text-embedding-3-large') {
    return { dimensions: 3072, maxDimensions: 3072, answeredName: name, kinship: 0.06 }
  }
  return {
    dimensions: OTHER_DIMENSIONS,
    maxDimensions: maxVectorLength,
    answeredName: name,
    kinship: 0.1,
  }
}
