/** What a request came to, by how its response ended and what was in it. */
import { errorBodyText, type Reader } from './read/reader.ts'
import type { Outcome } from './sample.ts'

/** How it came to an end, as the transport saw it. */
export type Ending =
  /** The response's framing is complete. */
  | 'complete'
  /** The server closed the connection (FIN). */
  | 'closed'
  /** The connection failed: refused, reset, unreachable. */
  | 'broken'
  /** Nothing came for longer than the time-out. */
  | 'timeout'
  /** The bytes are not HTTP. */
  | 'garbled'
  /** The run hung up, as a user would who changes his mind. */
  | 'cancelled'
  /** The run ended first. */
  | 'open'

/** What had come by then. */
export interface Arrived {
  readonly hasBytes: boolean
  readonly status: number | undefined
  /** The body of an error response, as far as it was kept. */
  readonly errorBody: Uint8Array
  readonly hasEvents: boolean
  /** What could not be read, in words. */
  readonly unreadable: string | undefined
  /** The server's words in the middle of a stream. */
  readonly streamError: string | undefined
  /** The stream said that it is complete. */
  readonly isDone: boolean
}

/** The outcome, and in whose words. `detail`: what the transport says. */
export function outcomeOf(
  ending: Ending,
  detail: string | undefined,
  reader: Reader,
  arrived: Arrived,
): [Outcome, string | undefined] {
  const { status, unreadable, streamError } = arrived
  if (ending === 'open' || ending === 'cancelled' || ending === 'timeout') return [ending, detail]
  if (ending === 'garbled') return ['malformed', detail]
  if (status === undefined) {
    return arrived.hasBytes
      ? ['stream_cut', detail ?? 'the connection was closed inside the response head']
      : ['connect_error', detail ?? 'the connection was closed before any byte of a response']
  }
  if (status >= 400) {
    return [httpOutcome(status), errorBodyText(Buffer.from(arrived.errorBody).toString('utf8'))]
  }
  if (status < 200 || status > 299) {
    return ['malformed', `HTTP status ${status} is no answer to a POST`]
  }
  if (unreadable !== undefined) return ['malformed', unreadable]
  if (streamError !== undefined) return ['stream_cut', `error event: ${streamError}`]
  if (arrived.isDone) return ['ok', undefined]
  if (reader.kind !== 'events') {
    return ending === 'complete'
      ? ['ok', undefined]
      : ['stream_cut', detail ?? 'the connection was closed inside the answer']
  }
  if (ending === 'complete') {
    return arrived.hasEvents
      ? ['stream_cut', `the response ended without ${reader.end}`]
      : ['malformed', 'the body is no event stream']
  }
  return ['stream_cut', detail ?? 'the connection was closed mid-stream']
}

function httpOutcome(status: number): Outcome {
  if (status === 429) return 'http_429'
  return status < 500 ? 'http_4xx' : 'http_5xx'
}
