/** Anthropic's messages: their events, and a whole message. The usage comes in two parts. */
import {
  type EventReader,
  ended,
  errorText,
  type News,
  nothing,
  onlyContent,
  readObject,
  type Usage,
  type WholeReader,
} from './reader.ts'

interface WireUsage {
  readonly input_tokens?: number
  readonly cache_creation_input_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly output_tokens?: number
}

interface Event {
  readonly type?: unknown
  readonly message?: { readonly usage?: WireUsage } | null
  readonly delta?: {
    readonly text?: string
    readonly thinking?: string
    readonly partial_json?: string
  } | null
  readonly usage?: WireUsage | null
  readonly error?: unknown
}

export const messagesReader: EventReader = {
  kind: 'events',
  end: 'message_stop',
  event: newsOf,
  marks: ['"text":"', '"text": "'],
}

function newsOf(data: string): News | undefined {
  const event: Event | undefined = readObject(data)
  if (!event) return undefined
  switch (event.type) {
    case 'content_block_delta':
      return newsOfDelta(event.delta ?? {})
    case 'message_start':
      // Its count of output tokens is the first one's, not the answer's.
      return { hasContent: false, usage: { input: inputOf(event.message?.usage ?? {}) } }
    case 'message_delta':
      return { hasContent: false, usage: outputOf(event.usage ?? {}) }
    case 'message_stop':
      return ended
    case 'error':
      return { hasContent: false, error: errorText(event.error ?? event) }
    default:
      return typeof event.type === 'string' ? nothing : undefined
  }
}

function newsOfDelta({ text, thinking, partial_json: json }: NonNullable<Event['delta']>): News {
  if (text) return { hasContent: true, text }
  return thinking || json ? onlyContent : nothing
}

interface Message {
  readonly type?: string
  readonly content?: unknown
  readonly usage?: WireUsage | null
  readonly error?: unknown
}

export const messagesWholeReader: WholeReader = {
  kind: 'whole',
  whole(body) {
    const message: Message | undefined = readObject(body)
    if (!message) return undefined
    if (message.error) return { hasContent: false, error: errorText(message.error) }
    const { content, usage } = message
    if (!Array.isArray(content)) return undefined
    const text = content.map(block => (block?.type === 'text' ? String(block.text) : '')).join('')
    return {
      hasContent: content.length > 0,
      text,
      usage: usage ? { input: inputOf(usage), ...outputOf(usage) } : undefined,
    }
  },
}

/** Tokens that were read from a cache, or written into it, are told apart from the rest. */
function inputOf(usage: WireUsage): number {
  const { input_tokens: rest, cache_creation_input_tokens: written } = usage
  return (rest ?? 0) + (written ?? 0) + (usage.cache_read_input_tokens ?? 0)
}

function outputOf({ output_tokens: output }: WireUsage): Partial<Usage> {
  return typeof output === 'number' ? { output } : {}
}
