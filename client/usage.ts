/** How many tokens a call took: the API's word when there is one, else an exact count of what was seen. */
import type { Message } from '../protocol/chat-body.ts'
import type { WireUsage } from '../protocol/read-chunk.ts'
import { countChatTokensInSlices } from '../protocol/tokens/chat-tokens.ts'
import { encodingFor } from '../protocol/tokens/encodings.ts'
import { loadTokenizer, type Tokenizer } from '../protocol/tokens/tokenizer.ts'
import type { EncodingName } from '../protocol/tokens/vocabulary.ts'

export interface Usage extends WireUsage {
  /**
   * api: the server said so. estimate: counted here, in full for what was said aloud; reasoning that was
   * not shown, cached input and tools cannot be seen from here.
   */
  readonly source: 'api' | 'estimate'
}

/** What was counted here. */
export interface Counted {
  readonly outputTokens: number
  readonly encoding: EncodingName
  /** False where the model's encoding is a guess. */
  readonly isKnownEncoding: boolean
  /**
   * Counted / the API's output tokens, 1 when they agree; undefined without the API's word, or where
   * hidden reasoning makes them different things.
   */
  readonly drift: number | undefined
}

export interface Counting {
  readonly tokenizer: Tokenizer
  readonly isKnownEncoding: boolean
}

const loaded = new Map<EncodingName, Promise<Tokenizer>>()

/** The tokenizer for `model`, loaded once a process. */
export async function countingFor(model: string): Promise<Counting> {
  const { encoding, exact } = encodingFor(model)
  let tokenizer = loaded.get(encoding)
  if (!tokenizer) {
    tokenizer = loadTokenizer(encoding)
    loaded.set(encoding, tokenizer)
  }
  return { tokenizer: await tokenizer, isKnownEncoding: exact }
}

/** Usage and count of a call; both undefined where nothing was said and nothing counted. */
export async function settleUsage(
  said: WireUsage | undefined,
  counting: Counting | undefined,
  { messages, outputTokens, wasAnswered }: Seen,
): Promise<{ usage: Usage | undefined; counted: Counted | undefined }> {
  const counted = counting && countedOf(counting, outputTokens, said)
  if (said) return { usage: { ...said, source: 'api' }, counted }
  if (!counting || !wasAnswered) return { usage: undefined, counted }
  const usage: Usage = {
    inputTokens: await countChatTokensInSlices(counting.tokenizer, messages),
    cachedInputTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    source: 'estimate',
  }
  return { usage, counted }
}

interface Seen {
  readonly messages: readonly Message[]
  readonly outputTokens: number
  /** Whether a server took the request up: without that there is nothing to pay. */
  readonly wasAnswered: boolean
}

function countedOf(
  { tokenizer, isKnownEncoding }: Counting,
  outputTokens: number,
  said: WireUsage | undefined,
): Counted {
  const isComparable = said && said.outputTokens > 0 && said.reasoningTokens === 0
  return {
    outputTokens,
    encoding: tokenizer.encoding,
    isKnownEncoding,
    drift: isComparable ? outputTokens / said.outputTokens : undefined,
  }
}
