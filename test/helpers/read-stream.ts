/** A streamed completion, read to its end through fetch. */
import { createSseReader } from '../../protocol/sse.ts'

export interface ReadStream {
  readonly status: number
  readonly headers: Headers
  /** The body as it came. */
  readonly body: string
  /** The `data:` of each event, `[DONE]` included. */
  readonly events: readonly string[]
  /** The content of choice 0. */
  readonly content: string
  /** Ms from one read with content to the next, in order. */
  readonly gapsMs: readonly number[]
}

/** The body of a small chat request; `more` stands over its fields. */
export function chatBody(content: string, more: object = {}): string {
  return JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }], ...more })
}

/** The body of a request that has `text` said back. */
export function echoBody(text: string, more: object = {}): string {
  return chatBody(`Reply with exactly this text: ${text}`, more)
}

/** `url`: with /v1. */
export function postChat(
  url: string,
  body: string,
  { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json', ...headers },
    body,
    ...(signal ? { signal } : {}),
  })
}

/** Reads `response` to its end. */
export async function readStream(response: Response): Promise<ReadStream> {
  const parts: Uint8Array[] = []
  const events: string[] = []
  const gapsMs: number[] = []
  let content = ''
  let previousMs: number | undefined
  const reader = createSseReader(({ data }) => {
    events.push(data)
    const delta = data === '[DONE]' ? undefined : JSON.parse(data).choices[0]?.delta
    if (!delta?.content || JSON.parse(data).choices[0].index !== 0) return
    content += delta.content
    const nowMs = performance.now()
    if (previousMs !== undefined) gapsMs.push(nowMs - previousMs)
    previousMs = nowMs
  })
  if (!response.body) throw new Error('The response has no body.')
  for await (const part of response.body) {
    parts.push(part)
    reader.feed(part)
  }
  const { status, headers } = response
  return { status, headers, body: Buffer.concat(parts).toString(), events, content, gapsMs }
}
