/** A reply as OpenAI would send it: the input of every dialect. */
import { createRandom } from '../../../../base/random.ts'
import type {
  ChatChunk,
  ChatMessage,
  ChatUsage,
  ChunkDelta,
  ChunkPlace,
  Completion,
  ReplyFacts,
} from '../../../../mock-server/dialects/dialect.ts'

export interface Reply {
  readonly reasoning?: readonly string[]
  readonly content?: readonly string[]
  /** Name and pieces of arguments. */
  readonly calls?: readonly (readonly [name: string, pieces: readonly string[]])[]
  readonly includeUsage?: boolean
  readonly body?: ReplyFacts['body']
}

const HEAD = {
  id: 'ID',
  object: 'chat.completion.chunk',
  created: 1_735_689_600,
  model: 'm-1',
  service_tier: 'default',
  system_fingerprint: 'fp_1',
} as const

export const promptTokens = 10
const cachedTokens = 4

/** One token a piece of text. */
export function factsOf(reply: Reply): ReplyFacts {
  return {
    usage: usageOf(reply),
    includeUsage: reply.includeUsage === true,
    choices: 1,
    requestId: `req_${'0123456789abcdef'.repeat(2)}`,
    seed: 7,
    firstTokenMs: 250,
    lastTokenMs: 750,
    body: reply.body ?? {},
    random: createRandom('dialects'),
  }
}

function usageOf({ reasoning = [], content = [], calls = [] }: Reply): ChatUsage {
  const output =
    reasoning.length + content.length + calls.reduce((sum, [, pieces]) => sum + pieces.length, 0)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: output,
    total_tokens: promptTokens + output,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning.length,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

export type Placed = readonly [chunk: ChatChunk, place: ChunkPlace]

/** The chunks of one choice, in order; the usage chunk too where it is asked for. */
export function chunksOf(reply: Reply, index = 0): readonly Placed[] {
  const { reasoning = [], content = [], calls = [], includeUsage } = reply
  const placed: Placed[] = []
  const frame = { item: 0, opens: true, closes: true, tokens: 0 }
  const say = (delta: ChunkDelta, place: ChunkPlace, finish_reason: string | null = null) =>
    placed.push([
      {
        ...HEAD,
        choices: [{ index, delta, logprobs: null, finish_reason }],
        ...(includeUsage && { usage: null }),
      },
      place,
    ])
  const sayEach = (
    pieces: readonly string[],
    kind: ChunkPlace['kind'],
    deltaOf: (text: string) => ChunkDelta,
  ) => {
    for (const [i, text] of pieces.entries()) {
      const opens = i === 0
      const closes = i === pieces.length - 1
      say(deltaOf(text), { kind, item, opens: kind !== 'call' && opens, closes, tokens: 1 })
    }
  }
  let item = 0

  const first = calls.length > 0 && content.length === 0 ? null : ''
  say({ role: 'assistant', content: first, refusal: null }, { ...frame, kind: 'role' })
  sayEach(reasoning, 'reasoning', text => ({ reasoning_content: text }))
  if (reasoning.length > 0) item++
  sayEach(content, 'content', text => ({ content: text }))
  if (content.length > 0) item++
  for (const [i, [name, pieces]] of calls.entries()) {
    const opening = {
      index: i,
      id: `call_${i}`,
      type: 'function',
      function: { name, arguments: '' },
    } as const
    const closes = pieces.length === 0
    say({ tool_calls: [opening] }, { kind: 'call', item, opens: true, closes, tokens: 0 })
    sayEach(pieces, 'call', text => ({ tool_calls: [{ index: i, function: { arguments: text } }] }))
    item++
  }
  say({}, { ...frame, kind: 'finish' }, calls.length > 0 ? 'tool_calls' : 'stop')
  if (includeUsage) {
    const usage = usageOf(reply)
    placed.push([
      { ...HEAD, choices: [], usage },
      { ...frame, kind: 'usage' },
    ])
  }
  return placed
}

export function completionOf(reply: Reply): Completion<ChatMessage, ChatUsage> {
  const { reasoning, content, calls } = reply
  const tool_calls = calls?.map(([name, pieces], i) => ({
    id: `call_${i}`,
    type: 'function',
    function: { name, arguments: pieces.join('') },
  }))
  const message: ChatMessage = {
    role: 'assistant',
    content: content?.join('') ?? null,
    ...(reasoning && { reasoning_content: reasoning.join('') }),
    ...(tool_calls && { tool_calls }),
    refusal: null,
    annotations: [],
  }
  const { id, created, model, service_tier, system_fingerprint } = HEAD
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: calls ? 'tool_calls' : 'stop' }],
    usage: usageOf(reply),
    service_tier,
    system_fingerprint,
  }
}
