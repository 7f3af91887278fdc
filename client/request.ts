/** What a caller asks for. */
import { type ChatBodyWords, chatBody } from '../protocol/chat-body.ts'
import { responsesBody } from '../protocol/responses-body.ts'
import type { RetryFrame } from './frame.ts'
import type { Api, WireRequest } from './transport.ts'

export interface ChatRequest extends Omit<ChatBodyWords, 'model' | 'stream'> {
  /** The client's model, if not given. */
  readonly model?: string | undefined
  /** The client's API, if not given. */
  readonly api?: Api | undefined
  /** Headers of this call alone. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** False asks for the answer in one piece: one content frame at the end. Default: true. */
  readonly stream?: boolean | undefined
}

export interface CallOptions {
  /** Stops the call at once, and with it the server's work. */
  readonly signal?: AbortSignal | undefined
  /** Whose call it is, such as a tenant's: callers take turns where there is a line. */
  readonly caller?: string | undefined
  /** The caller's share beside others that wait; default 1. */
  readonly weight?: number | undefined
  /** USD that all attempts of this call may cost together; the client's own limit holds besides. */
  readonly maxCost?: number | undefined
  /** Told of every attempt as it is sent, which is after it has waited for its turn. */
  readonly onSend?: (() => void) | undefined
  /** Told of every attempt that will be followed by another. */
  readonly onRetry?: ((retry: RetryFrame) => void) | undefined
}

/** `attempt`: 1 for the first; the header that the official SDKs count their retries in. */
export function wireRequest(
  request: ChatRequest,
  client: { readonly model: string; readonly api: Api },
  attempt: number,
): WireRequest {
  const { headers, stream = true, model = client.model, api = client.api, ...words } = request
  const bodyOf = api === 'responses' ? responsesBody : chatBody
  return {
    api,
    body: bodyOf({ ...words, model, stream }),
    headers: { 'x-stainless-retry-count': String(attempt - 1), ...headers },
  }
}
