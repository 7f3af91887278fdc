/**
 * Answers that the API gives when it refuses, word for word: status, type, param, code and message.
 * Source: recorded api.openai.com traffic and public issue threads.
 */

/** The organisation that the mock answers for. */
export const organization = 'org-tokadence'

export type ErrorType =
  | 'invalid_request_error'
  | 'insufficient_quota'
  | 'requests'
  | 'tokens'
  | 'max_tokens_per_request'
  | 'rate_limit_error'
  | 'server_error'
  | 'service_unavailable_error'

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly type: ErrorType
  readonly param: string | null
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>
  /** What some endpoints say besides `error`, e.g. `detail` of those of files. */
  readonly beside: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    message: string,
    {
      type = 'invalid_request_error',
      param = null,
      code = null,
      headers = {},
      beside = {},
    }: {
      type?: ErrorType
      param?: string | null
      code?: string | null
      headers?: Readonly<Record<string, string>>
      beside?: Readonly<Record<string, unknown>>
    } = {},
  ) {
    // It is an answer: nobody looks where it was made, and to note that takes longer than all else of a refusal.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
    this.status = status
    this.type = type
    this.param = param
    this.code = code
    this.headers = headers
    this.beside = beside
  }

  /** The body on the wire. */
  toBody(): string {
    const { message, type, param, code, beside } = this
    return `${JSON.stringify({ error: { message, type, param, code }, ...beside }, null, 2)}\n`
  }
}
