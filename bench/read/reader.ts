/** How an endpoint's answer is read: event by event, or whole. What cannot be read is undefined. */

/** Token counts as the server reports them. */
export interface Usage {
  readonly input: number
  readonly output: number
}

/** What one event of a stream, or a whole answer, says. */
export interface News {
  /** Text, reasoning, a tool call or another thing asked for came; a role or a finish reason is none. */
  readonly hasContent: boolean
  /** It may come alone (OpenAI) or on a content chunk (others). */
  readonly usage?: Usage | undefined
  /** The server's words when it says that it failed. */
  readonly error?: string
  /** The stream is complete with it. */
  readonly isEnd?: true
}

export interface Reader {
  /** What a complete stream ends with, for those who must say that it is missing. */
  readonly end: string
  /** What the data of one event says; undefined when it is none of this API. */
  event(data: string): News | undefined
  /** For answers that are one JSON text; undefined: the answer is a stream. */
  readonly whole: ((body: string) => News | undefined) | undefined
}

/** The message of an API error, whatever shape it has. */
export function errorText(error: unknown): string {
  if (typeof error === 'string') return error
  const { message } = error as { message?: unknown }
  return typeof message === 'string' ? message : JSON.stringify(error)
}

/** The words of an error response: its `error.message`, or the first of the body as it stands. */
export function errorBodyText(body: string): string {
  try {
    const { error } = JSON.parse(body)
    if (error) return errorText(error)
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof TypeError)) throw cause
  }
  return body.trim().replace(/\s+/g, ' ')
}
