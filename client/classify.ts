/** From what was thrown to what it means: undici's, Node's and the SDK's errors as a Failure. */
import { BudgetReached } from './budget-guard.ts'
import { type Failure, streamRefusalOf } from './failure.ts'
import { BadStreamError, RefusedError, StreamError } from './transport.ts'
import { TimeoutReached } from './watchdog.ts'

export interface Classified {
  readonly failure: Failure
  readonly refused?: RefusedError
}

/**
 * `isOurAbort`: the attempt's own signal had fired, so `error` is its reason.
 * Undefined: nothing that a server or a network does; a mistake in the program.
 */
export function classify(
  error: unknown,
  { isOurAbort }: { isOurAbort: boolean },
): Classified | undefined {
  if (error instanceof TimeoutReached) {
    return { failure: { kind: 'timeout', which: error.which, message: error.message } }
  }
  if (error instanceof BudgetReached) {
    return { failure: { kind: 'budget', which: error.which, message: error.message } }
  }
  if (isOurAbort) return { failure: { kind: 'aborted', message: messageOf(error) } }
  for (const link of chainOf(error)) {
    const seen = classifyLink(link)
    if (seen) return seen
  }
  for (const { message } of chainOf(error)) {
    if (message === 'fetch failed') return { failure: { kind: 'connection', message } }
  }
  return undefined
}

function classifyLink(error: Error): Classified | undefined {
  if (error instanceof RefusedError) return { failure: error.refusal, refused: error }
  if (error instanceof StreamError) return { failure: streamRefusalOf(error.error) }
  const { message } = error
  if (error instanceof BadStreamError) return { failure: { kind: 'bad-stream', message } }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return { failure: { kind: 'timeout', which: 'connect', message, code } }
  }
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return { failure: { kind: 'aborted', message: 'The client was closed.', code } }
  }
  if (code && /^(HPE|Z)_/.test(code)) return { failure: { kind: 'bad-stream', message, code } }
  if (code === undefined || !NETWORK_CODE.test(code)) return undefined
  return { failure: { kind: 'connection', message: message || code, code } }
}

/** ECONNREFUSED, EAI_AGAIN, UND_ERR_SOCKET, a certificate's fault: a system's word, or undici's. */
const NETWORK_CODE =
  /^(E[A-Z]+|EAI_\w+|UND_ERR_(SOCKET|ABORTED|RES_\w+|INFO|HEADERS_\w+|BODY_TIMEOUT)|\w*CERT\w*|ERR_(TLS|SSL|STREAM)_\w+)$/

/** The error, its cause, the cause's cause …; of several at once (all addresses refused), the first. */
function* chainOf(error: unknown): Generator<Error> {
  for (let link = error, depth = 0; link instanceof Error && depth < 10; depth++) {
    yield link
    link = link.cause ?? (link instanceof AggregateError ? link.errors[0] : undefined)
  }
}

function messageOf(reason: unknown): string {
  if (typeof reason === 'string') return reason
  return reason instanceof Error ? reason.message : 'The call was stopped.'
}
