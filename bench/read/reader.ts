/** How an endpoint's answer is read: event by event, whole, or as bytes. What cannot be read is undefined. */

/** Token counts as the server reports them. */
export interface Usage {
  readonly input: number
  readonly output: number
}

/** What one event of a stream, or a whole answer, says. */
export interface News {
  /** Text, reasoning, a tool call or another thing asked for came; a role or a finish reason is none. */
  readonly hasContent: boolean
  /** The text that came, reasoning and calls not in it. */
  readonly text?: string | undefined
  /** It may come alone or on a content chunk, and in parts (Anthropic): what is left out is as it was. */
  readonly usage?: Partial<Usage> | undefined
  /** The server's words when it says that it failed. */
  readonly error?: string
  /** The stream is complete with it. */
  readonly isEnd?: true
}

/** Of a stream of events. */
export interface EventReader {
  readonly kind: 'events'
  /** What a complete stream ends with, for those who must say that it is missing. */
  readonly end: string
  /** What the data of one event says; undefined when it is none of this API. */
  event(data: string): News | undefined
  /** What may stand right before the text of an event, its quote included: see repeat.ts. */
  readonly marks?: readonly string[]
}

/** Of an answer that is one JSON text. */
export interface WholeReader {
  readonly kind: 'whole'
  /** What the body says; undefined when it is none of this API. */
  whole(body: string): News | undefined
}

/** Of an answer that is bytes, such as sound: its first byte is its first content. */
export interface BytesReader {
  readonly kind: 'bytes'
}

export type Reader = EventReader | WholeReader | BytesReader

export const onlyContent: News = { hasContent: true }
export const nothing: News = { hasContent: false }
export const ended: News = { hasContent: false, isEnd: true }

/** The object that a text is as JSON; undefined when it is none. */
export function readObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The message of an API error, whatever shape it has. */
export function errorText(error: unknown): string {
  if (typeof error === 'string') return error
  const { message } = error as { message?: unknown }
  return typeof message === 'string' ? message : JSON.stringify(error)
}

/** The words of an error response: its `error.message`, or the first of the body as it stands. */
export function errorBodyText(body: string): string {
  const { error } = (readObject(body) ?? {}) as { error?: unknown }
  return error ? errorText(error) : body.trim().replace(/\s+/g, ' ')
}
