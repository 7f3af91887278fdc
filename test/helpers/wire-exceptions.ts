/**
 * Where the real wire does what the SDK's types do not say. The one list of it: what stands here is no
 * fault of an answer, all else is.
 */

export interface WireException {
  /** The SDK's type, and the place in it: names with dots, `[]` for each item of a list. */
  readonly definition: string
  readonly at: string
  /** What the wire has there though the type forbids it. */
  readonly has: 'null' | 'nothing' | 'text' | 'list'
  /** What is judged in its place, or how that is made of what is there; undefined: nothing. */
  readonly judgedAs?: unknown
  readonly why: string
}

const batchTimes = [
  'cancelled',
  'cancelling',
  'completed',
  'expired',
  'expires',
  'failed',
  'finalizing',
  'in_progress',
]
const nulls = (definition: string, why: string, places: readonly string[]): WireException[] =>
  places.map(at => ({ definition, at, has: 'null', why }))

export const wireExceptions: readonly WireException[] = [
  {
    definition: 'Response',
    at: 'output_text',
    has: 'nothing',
    judgedAs: '',
    why: 'The SDK makes it itself of what comes.',
  },
  {
    definition: 'ResponseStreamEvent',
    at: 'response.output_text',
    has: 'nothing',
    judgedAs: '',
    why: 'The SDK makes it itself of what comes.',
  },
  ...nulls('Response', 'Told as null while it is not known, or was not given.', [
    'usage',
    'user',
    'text.format.description',
  ]),
  ...nulls('ResponseStreamEvent', 'Told as null while it is not known, or was not given.', [
    'response.usage',
    'response.user',
    'response.text.format.description',
  ]),
  ...['Response:usage', 'ResponseStreamEvent:response.usage'].map((place): WireException => {
    const [definition = '', at = ''] = place.split(':')
    return {
      definition,
      at: `${at}.input_tokens_details.cache_write_tokens`,
      has: 'nothing',
      judgedAs: 0,
      why: 'Newer than much of what is answered.',
    }
  }),
  {
    definition: 'ResponseFunctionCallArgumentsDoneEvent',
    at: 'name',
    has: 'nothing',
    judgedAs: 'name',
    why: 'It comes without the name of the function.',
  },
  ...['code', 'param', 'message'].map(
    (at): WireException => ({
      definition: 'ResponseErrorEvent',
      at,
      has: 'nothing',
      judgedAs: 'text',
      why: 'They stand within `error`.',
    }),
  ),
  {
    definition: 'CompactedResponse',
    at: 'output',
    has: 'list',
    judgedAs: (items: { type: string }[]) => items.filter(({ type }) => type !== 'message'),
    why: 'It keeps what the user said, with content that only an input has.',
  },
  ...nulls('FileObject', 'Told as null where there is none.', ['status_details', 'expires_at']),
  ...nulls('Batch', 'Told as null until it has happened.', [
    ...batchTimes.map(time => `${time}_at`),
    'errors',
    'error_file_id',
    'output_file_id',
    'model',
    'usage',
  ]),
  {
    definition: 'ChatCompletion',
    at: 'choices[].logprobs',
    has: 'nothing',
    judgedAs: null,
    why: 'Some models leave it out where it was not asked for.',
  },
  {
    definition: 'ChatCompletionStoreMessage',
    at: 'role',
    has: 'text',
    judgedAs: 'assistant',
    why: 'The messages of the request are listed, under the type of the answer.',
  },
  {
    definition: 'ChatCompletionStoreMessage',
    at: 'refusal',
    has: 'nothing',
    judgedAs: null,
    why: 'What was sent has none.',
  },
  {
    definition: 'Completion',
    at: 'choices[].finish_reason',
    has: 'null',
    judgedAs: 'stop',
    why: 'The type of a whole completion is that of its chunks, which are not at their end yet.',
  },
  ...['token_logprobs', 'top_logprobs'].map(
    (name): WireException => ({
      definition: 'Completion',
      at: `choices[].logprobs.${name}`,
      has: 'list',
      judgedAs: (items: unknown[]) => items.map(item => item ?? (name === 'top_logprobs' ? {} : 0)),
      why: 'A prompt that is repeated begins with a token that nothing came before.',
    }),
  ),
  {
    definition: 'Completion',
    at: 'usage',
    has: 'null',
    why: 'Chunks before the last one have none.',
  },
  {
    definition: 'CreateEmbeddingResponse',
    at: 'data[].embedding',
    has: 'text',
    judgedAs: [0],
    why: 'base64 where that was asked for, as the SDK itself does.',
  },
  {
    definition: 'ChatCompletionChunk',
    at: 'choices',
    has: 'nothing',
    judgedAs: [],
    why: 'Chunks of audio have none.',
  },
]

/** The value as the SDK's types would have it, had the wire kept to them in the places of the list. */
export function withoutExceptions(definition: string, value: unknown): unknown {
  const copy = structuredClone(value)
  for (const exception of wireExceptions) {
    if (exception.definition === definition) mend(copy, exception.at.split('.'), exception)
  }
  return copy
}

function mend(
  value: unknown,
  [step = '', ...rest]: readonly string[],
  exception: WireException,
): void {
  if (typeof value !== 'object' || value === null) return
  const holder = value as Record<string, unknown>
  const name = step.replace('[]', '')
  if (rest.length > 0 || step.endsWith('[]')) {
    const inner = step.endsWith('[]') ? holder[name] : [holder[name]]
    for (const part of Array.isArray(inner) ? inner : []) mend(part, rest, exception)
  } else if (isExceptional(holder[name], exception)) {
    if (exception.judgedAs === undefined) delete holder[name]
    else holder[name] = instead(exception.judgedAs, holder[name])
  }
}

function instead(judgedAs: unknown, value: unknown): unknown {
  return typeof judgedAs === 'function' ? judgedAs(value) : judgedAs
}

function isExceptional(value: unknown, { has }: WireException): boolean {
  if (has === 'nothing') return value === undefined
  if (has === 'list') return Array.isArray(value)
  return has === 'null' ? value === null : typeof value === 'string'
}
