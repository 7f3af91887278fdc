/** What a call of the reference client came to, as a Sample, in whole µs: its attempts are the sample's tries. */
import type { Attempt, ChatResult, Failure } from '../../client/index.ts'
import type { Departure } from '../exchange.ts'
import { wholeUs, wholeUsOrNone } from '../microseconds.ts'
import type { GivenUp, Outcome, Sample } from '../sample.ts'
import { timesOf } from '../times.ts'

export interface ClientCall {
  readonly departure: Departure
  /** When the client was called; undefined: when it sent. */
  readonly calledAtMs?: number
  readonly result: Pick<ChatResult, 'attempts' | 'failure' | 'usage'>
  /** When each piece of text, reasoning or tool call came, of the last try. */
  readonly contentAtMs: readonly number[]
  /** When the call was over. */
  readonly endedAtMs: number
}

const maxDetailLength = 300

export function sampleOfCall(call: ClientCall): Sample {
  const { departure, calledAtMs, result, contentAtMs, endedAtMs } = call
  const { attempts, failure, usage } = result
  const { dueAtMs, sentAtMs } = departure
  const final = attempts.at(-1)
  // Stopped before a try: the one that was to come was never sent.
  const last = failure?.kind === 'aborted' && final?.failure?.kind !== 'aborted' ? undefined : final
  const tried = last ? attempts.slice(0, -1) : attempts
  const outcome = last ? outcomeOf(last) : 'open'
  const outputTokens = usage?.outputTokens ?? contentAtMs.length
  const times = timesOf(
    {
      sentAtMs: last?.sentAtMs ?? endedAtMs,
      firstByteAtMs: last?.headersAtMs,
      contentAtMs: last ? contentAtMs : [],
      endedAtMs,
    },
    outputTokens,
  )
  const isOpen = outcome === 'open'
  const lastedMs = wholeUs((last?.endAtMs ?? endedAtMs) - sentAtMs)
  return {
    ...departure,
    dueAtMs: wholeUsOrNone(dueAtMs),
    sentAtMs: wholeUs(sentAtMs),
    ...(calledAtMs !== undefined && { heldMs: wholeUs(sentAtMs - calledAtMs) }),
    ...(!last && { isUnsent: true }),
    requestId: last?.headers['x-request-id'],
    givenUp: tried.map((attempt, i) => givenUp(attempt, attempts[i + 1]?.sentAtMs ?? endedAtMs)),
    outcome,
    status: last?.status,
    ttfbMs: times.ttfbMs,
    ttftMs: times.ttftMs,
    // The client does not tell of chunks without content.
    preludeMs: undefined,
    gapsMs: times.gapsMs,
    tpotMs: isOpen ? undefined : times.tpotMs,
    e2eMs: isOpen ? undefined : lastedMs,
    censoredMs: isOpen ? lastedMs : undefined,
    contentChunks: contentAtMs.length,
    outputTokens,
    inputTokens: usage?.inputTokens,
    tokensFrom: usage ? 'usage' : 'chunks',
    detail: isOpen ? undefined : failure?.message.slice(0, maxDetailLength),
  }
}

function givenUp(attempt: Attempt, nextAtMs: number): GivenUp {
  const { status, sentAtMs, endAtMs } = attempt
  return {
    outcome: outcomeOf(attempt),
    status,
    lastedMs: wholeUs(endAtMs - sentAtMs),
    waitedMs: wholeUs(nextAtMs - endAtMs),
  }
}

/** How one try ended. */
export function outcomeOf({ failure, status }: Pick<Attempt, 'failure' | 'status'>): Outcome {
  if (!failure) return 'ok'
  if (status !== undefined && status >= 400) {
    if (status === 429) return 'http_429'
    return status < 500 ? 'http_4xx' : 'http_5xx'
  }
  return outcomeOfFailure(failure, status !== undefined)
}

function outcomeOfFailure(failure: Failure, wasAnswered: boolean): Outcome {
  switch (failure.kind) {
    case 'timeout':
      return failure.which === 'connect' ? 'connect_error' : 'timeout'
    case 'connection':
      return wasAnswered ? 'stream_cut' : 'connect_error'
    case 'bad-stream':
      return 'malformed'
    case 'aborted':
      return 'open'
    default:
      // An error inside a stream, or a stream without its end.
      return 'stream_cut'
  }
}

/** One that the client cannot send, and why. */
export function refusedSample(departure: Departure, detail: string): Sample {
  const result = { attempts: [], failure: undefined, usage: undefined }
  const sample = sampleOfCall({ departure, result, contentAtMs: [], endedAtMs: departure.sentAtMs })
  return { ...sample, outcome: 'malformed', censoredMs: undefined, detail }
}
