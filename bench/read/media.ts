/** Images and speech as streams of events, and speech as bytes. */
import {
  type BytesReader,
  type EventReader,
  ended,
  errorText,
  nothing,
  onlyContent,
  readObject,
} from './reader.ts'

interface Event {
  readonly type?: unknown
  readonly usage?: { readonly input_tokens?: number; readonly output_tokens?: number } | null
  readonly error?: unknown
}

/** `content`: the events that bring something; `last`: the one that ends it, which may bring something too. */
function mediaReader(content: RegExp, last: RegExp, end: string): EventReader {
  return {
    kind: 'events',
    end,
    event(data) {
      if (data === '[DONE]') return ended
      const event: Event | undefined = readObject(data)
      if (!event) return undefined
      const { type, usage, error } = event
      if (error || type === 'error') return { hasContent: false, error: errorText(error ?? event) }
      if (typeof type !== 'string') return undefined
      const hasContent = content.test(type)
      if (!last.test(type)) return hasContent ? onlyContent : nothing
      const output = usage?.output_tokens
      if (typeof output !== 'number') return { hasContent, isEnd: true }
      return { hasContent, isEnd: true, usage: { input: usage?.input_tokens ?? 0, output } }
    },
  }
}

export const imageEventsReader = mediaReader(
  /^image_\w+\.(partial_image|completed)$/,
  /^image_\w+\.completed$/,
  'image_generation.completed',
)
export const speechEventsReader = mediaReader(
  /^speech\.audio\.delta$/,
  /^speech\.audio\.done$/,
  'speech.audio.done',
)
export const soundReader: BytesReader = { kind: 'bytes' }
