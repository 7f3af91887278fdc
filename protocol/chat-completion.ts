/**
 * A chat completion as it stands on the wire: the whole object, and the chunks of a stream.
 *
 * Chunks are templates: what streams share is serialised once for all of them, an id and a token's JSON
 * are put in between, and the obfuscation pad at the end brings each chunk to 1 (mod 16) characters, as
 * OpenAI's are.
 */

/** What completions of one moment and model have in common. */
export interface CompletionHead {
  /** Seconds since the epoch. */
  readonly created: number
  readonly model: string
  readonly serviceTier: string
  readonly fingerprint: string
}

export interface Usage {
  readonly promptTokens: number
  readonly cachedTokens: number
  /** Reasoning included. */
  readonly outputTokens: number
  readonly reasoningTokens: number
}

export interface FinishedChoice {
  /** The text as it stands inside a JSON string. */
  readonly json: string
  readonly finishReason: string
}

/** The JSON of a completion that is not streamed. */
export function completionJson(
  { created, model, serviceTier, fingerprint }: CompletionHead,
  id: string,
  choices: readonly FinishedChoice[],
  usage: Usage,
): string {
  let list = ''
  for (let index = 0; index < choices.length; index++) {
    const { json, finishReason } = choices[index]!
    if (index > 0) list += ','
    list +=
      `{"index":${index},"message":{"role":"assistant","content":"${json}","refusal":null,"annotations":[]},` +
      `"logprobs":null,"finish_reason":"${finishReason}"}`
  }
  return (
    `{"id":"${id}","object":"chat.completion","created":${created},"model":${JSON.stringify(model)},` +
    `"choices":[${list}],"usage":${usageJson(usage)},` +
    `"service_tier":${JSON.stringify(serviceTier)},"system_fingerprint":"${fingerprint}"}`
  )
}

function usageJson({ promptTokens, cachedTokens, outputTokens, reasoningTokens }: Usage): string {
  return (
    `{"prompt_tokens":${promptTokens},"completion_tokens":${outputTokens},` +
    `"total_tokens":${promptTokens + outputTokens},` +
    `"prompt_tokens_details":{"cached_tokens":${cachedTokens},"audio_tokens":0},` +
    `"completion_tokens_details":{"reasoning_tokens":${reasoningTokens},"audio_tokens":0,` +
    '"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'
  )
}

/** Output tokens that few answers have. */
export interface RareUsage {
  /** Of the answer's sound. */
  readonly audioTokens?: number
  /** Of a prediction: those that the answer has, and those that it has not, which are paid for all the same. */
  readonly acceptedTokens?: number
  readonly rejectedTokens?: number
}

/** The same as an object. */
export function usageObject(
  { promptTokens, cachedTokens, outputTokens, reasoningTokens }: Usage,
  { audioTokens = 0, acceptedTokens = 0, rejectedTokens = 0 }: RareUsage = {},
) {
  const completionTokens = outputTokens + audioTokens + rejectedTokens
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      audio_tokens: audioTokens,
      accepted_prediction_tokens: acceptedTokens,
      rejected_prediction_tokens: rejectedTokens,
    },
  }
}

export interface ChunkOptions {
  readonly includeUsage: boolean
  readonly includeObfuscation: boolean
}

/** The chunks of all streams with the same head and options, as JSON. Ids are plain letters and digits. */
export interface ChunkTemplate {
  role(id: string, index: number): string
  finish(id: string, index: number, reason: string): string
  usage(id: string, usage: Usage): string
  content(index: number): ContentTemplate
}

/** A content chunk is `before + id + middle + token + after(length of id and token)`. */
export interface ContentTemplate {
  readonly before: string
  readonly middle: string
  /** `length`: characters of the id, and of the token as it stands inside a JSON string. */
  after(length: number): string
}

export function createChunkTemplate(
  { created, model, serviceTier, fingerprint }: CompletionHead,
  { includeUsage, includeObfuscation }: ChunkOptions,
): ChunkTemplate {
  const before = '{"id":"'
  const start =
    `","object":"chat.completion.chunk","created":${created},` +
    `"model":${JSON.stringify(model)},"service_tier":${JSON.stringify(serviceTier)},` +
    `"system_fingerprint":${JSON.stringify(fingerprint)},"choices":[`
  const end = includeUsage ? '],"usage":null' : ']'
  const seal = (json: string) => json + sealOf(json.length, includeObfuscation)

  return {
    role: (id, index) =>
      seal(
        `${before}${id}${start}{"index":${index},"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}${end}`,
      ),
    finish: (id, index, reason) =>
      seal(
        `${before}${id}${start}{"index":${index},"delta":{},"logprobs":null,"finish_reason":"${reason}"}${end}`,
      ),
    usage: (id, usage) => seal(`${before}${id}${start}],"usage":${usageJson(usage)}`),
    content(index) {
      const middle = `${start}{"index":${index},"delta":{"content":"`
      const after = `"},"logprobs":null,"finish_reason":null}${end}`
      const fixed = before.length + middle.length + after.length
      return {
        before,
        middle,
        after: length => after + sealOf(fixed + length, includeObfuscation),
      }
    },
  }
}

const OBFUSCATION = ',"obfuscation":"'
const UNPADDED_LENGTH = `${OBFUSCATION}"}`.length
/** Pads of 0 to 15 letters and digits, cut from one text. */
const PAD_SOURCE = 'q7Rk2ZtW9bLx4HvN0cYmE8sJ5uGd1PfA3oKi6TyQwBnXzVhCrMlSjDeUgOpFaI'
const seals: readonly string[] = Array.from(
  { length: 16 },
  (_, length) => `${OBFUSCATION}${PAD_SOURCE.slice(3 * length, 4 * length)}"}`,
)

/** A chunk's JSON with the pad that makes it 1 (mod 16) characters long. */
export function padChunk(json: string): string {
  const open = json.slice(0, -1)
  return open + sealOf(open.length, true)
}

/** What closes an object of `length` characters so far: with the pad that makes it 1 (mod 16) long. */
function sealOf(length: number, includeObfuscation: boolean): string {
  if (!includeObfuscation) return '}'
  return seals[(17 - ((length + UNPADDED_LENGTH) % 16)) % 16]!
}
