/** What a recorded answer says, as far as its pace goes: which chunks carry content, and its token counts. */
import { readChunk } from '../../protocol/read-chunk.ts'
import { createSseReader, SseLineTooLong } from '../../protocol/sse.ts'
import type { Recording } from './recording.ts'

export interface Content {
  readonly isStream: boolean
  /** For each chunk, how many events with content (text, reasoning, a tool call) end in it. */
  readonly tokens: readonly number[]
  readonly model: string | undefined
  /** 0 where the answer does not say. */
  readonly promptTokens: number
  /** As its usage says, without reasoning that was not shown; else the number of events with content. */
  readonly outputTokens: number
  readonly countedBy: 'usage' | 'events'
  /** Cut by the most output tokens that were asked for. */
  readonly isCut: boolean
}

type Fields = Readonly<Record<string, unknown>>

const known = new WeakMap<Recording, Content>()

export function contentOf(recording: Recording): Content {
  const content = known.get(recording) ?? readContent(recording)
  known.set(recording, content)
  return content
}

/** A body beyond this is none with token counts that could be had without holding others up. */
const MAX_JSON_BYTES = 2 ** 20

function readContent({ response, chunks }: Recording): Content {
  const type = String(response.headers['content-type'] ?? '')
  const isStream = response.status < 300 && type.startsWith('text/event-stream')
  const tokens = chunks.map(() => 0)
  const gathered = createGathered()
  if (isStream) {
    let place = 0
    const reader = createSseReader(({ data }) => {
      const event = parse(data)
      if (event && gathered.take(event)) tokens[place]!++
    })
    try {
      for (place = 0; place < chunks.length; place++) reader.feed(chunks[place]!.bytes)
    } catch (error) {
      if (!(error instanceof SseLineTooLong)) throw error // what came before it still counts
    }
  } else if (type.startsWith('application/json')) {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0)
    const whole =
      bytes <= MAX_JSON_BYTES ? Buffer.concat(chunks.map(chunk => chunk.bytes)) : undefined
    const json = whole && parse(whole.toString())
    if (json) gathered.take(json)
  }
  return { isStream, tokens, ...gathered.end() }
}

function createGathered() {
  let model: string | undefined
  let usage: { promptTokens: number; outputTokens: number; reasoningTokens: number } | undefined
  let events = 0
  let isCut = false
  let showsReasoning = false

  return {
    /** Returns whether it carries content. */
    take(event: Fields): boolean {
      const inner = fieldsOf(event.response)
      const { deltas, ...chunk } = readChunk(event)
      model ??= chunk.model ?? (typeof inner.model === 'string' ? inner.model : undefined)
      usage = readUsage(event, inner) ?? usage
      const type = typeof event.type === 'string' ? event.type : ''
      isCut ||= deltas.some(({ finishReason }) => finishReason === 'length')
      isCut ||= type === 'response.incomplete' || event.status === 'incomplete'
      showsReasoning ||= deltas.some(({ reasoning }) => reasoning !== undefined)
      showsReasoning ||= type.startsWith('response.reasoning_text.')
      const hasContent =
        (type.endsWith('.delta') && typeof event.delta === 'string' && event.delta !== '') ||
        deltas.some(
          ({ content, reasoning, refusal, toolCalls }) =>
            (content ?? reasoning ?? refusal) !== undefined || toolCalls.length > 0,
        ) ||
        saysLegacyText(event)
      if (hasContent) events++
      return hasContent
    },
    end() {
      const hidden = showsReasoning ? 0 : (usage?.reasoningTokens ?? 0)
      return {
        model,
        promptTokens: usage?.promptTokens ?? 0,
        outputTokens: usage ? Math.max(0, usage.outputTokens - hidden) : events,
        countedBy: usage ? ('usage' as const) : ('events' as const),
        isCut,
      }
    },
  }
}

/** A chunk of /completions has its text in the choice itself. */
function saysLegacyText({ choices }: Fields): boolean {
  return Array.isArray(choices) && choices.some(choice => Boolean(fieldsOf(choice).text))
}

/** Of /chat/completions and its kin, or of /responses. */
function readUsage(event: Fields, inner: Fields) {
  const { usage } = readChunk(event)
  if (usage) {
    const { inputTokens: promptTokens, outputTokens, reasoningTokens } = usage
    return { promptTokens, outputTokens, reasoningTokens }
  }
  const other = fieldsOf(inner.usage ?? event.usage)
  if (typeof other.output_tokens !== 'number') return undefined
  const { reasoning_tokens: reasoningTokens } = fieldsOf(other.output_tokens_details)
  return {
    promptTokens: typeof other.input_tokens === 'number' ? other.input_tokens : 0,
    outputTokens: other.output_tokens,
    reasoningTokens: typeof reasoningTokens === 'number' ? reasoningTokens : 0,
  }
}

function parse(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return undefined // [DONE], and what no client could read either
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
