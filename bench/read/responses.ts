/** The Responses API: its events, and a whole response. */
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

interface Response {
  readonly output?: unknown
  readonly error?: unknown
  readonly status?: string
  readonly usage?: { readonly input_tokens?: number; readonly output_tokens?: number } | null
}

interface Event {
  readonly type?: unknown
  readonly delta?: unknown
  readonly response?: Response | null
  readonly message?: unknown
  readonly error?: unknown
}

export const responsesReader: EventReader = {
  kind: 'events',
  end: 'response.completed',
  event(data) {
    if (data === '[DONE]') return ended
    const event: Event | undefined = readObject(data)
    if (!event) return undefined
    const { type, delta, error } = event
    if (typeof type !== 'string') {
      return error ? { hasContent: false, error: errorText(error) } : undefined
    }
    if (type.endsWith('.delta')) return newsOfDelta(type, delta)
    if (type === 'error') return { hasContent: false, error: errorText(error ?? event) }
    return terminal.test(type) ? newsOfEnd(event.response ?? {}) : nothing
  },
}

const terminal = /^response\.(completed|incomplete|failed|cancelled)$/

function newsOfDelta(type: string, delta: unknown): News {
  if (typeof delta !== 'string' || delta === '') return nothing
  return type === 'response.output_text.delta' ? { hasContent: true, text: delta } : onlyContent
}

function newsOfEnd({ error, status, usage }: Response): News {
  if (error) return { hasContent: false, error: errorText(error) }
  if (status === 'failed' || status === 'cancelled') {
    return { hasContent: false, error: `the response is ${status}` }
  }
  return { hasContent: false, isEnd: true, usage: usageOf(usage) }
}

export const responsesWholeReader: WholeReader = {
  kind: 'whole',
  whole(body) {
    const response: Response | undefined = readObject(body)
    if (!response) return undefined
    if (response.error) return { hasContent: false, error: errorText(response.error) }
    if (!Array.isArray(response.output)) return undefined
    const news = newsOfEnd(response)
    return news.error === undefined
      ? { ...news, hasContent: response.output.length > 0, text: textIn(response.output) }
      : news
  },
}

interface Item {
  readonly content?: readonly { readonly type?: string; readonly text?: string }[] | null
}

function textIn(output: readonly (Item | null)[]): string {
  const parts = output.flatMap(item => (Array.isArray(item?.content) ? item.content : []))
  return parts.map(part => (part?.type === 'output_text' ? (part.text ?? '') : '')).join('')
}

function usageOf(usage: Response['usage']): Usage | undefined {
  if (typeof usage?.output_tokens !== 'number') return undefined
  return { input: usage.input_tokens ?? 0, output: usage.output_tokens }
}
