/** Faults that break an answer off: connections cut, streams that stall, end too early or not at all. */
import { internalError } from '../../../protocol/errors/http.ts'
import { type ErrorEventForm, errorEvent } from './error-event.ts'
import { isDone, jsonOf, sayEvent } from './event.ts'
import type { Cut, FaultAct, FaultContext, Piece, Spoil } from './fault.ts'

/** Where a rule names no token. */
export const USUAL_TOKEN = 3

/**
 * Spoils one event: the first when so many pieces of content as the rule says were written.
 * `last`: the event before it.
 */
export function atToken(
  context: FaultContext,
  spoil: (text: string, last: string | undefined) => readonly Piece[],
): (text: string) => readonly Piece[] {
  let struck = false
  let last: string | undefined
  return text => {
    if (struck || context.written() < context.token) {
      last = text
      return [text]
    }
    struck = true
    return spoil(text, last)
  }
}

/** What is sent of a body before something happens to it. */
export function halfOf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2))
}

/** The answer up to the token, or half of it, then this. */
function stops(context: FaultContext, ...then: readonly Piece[]): Spoil {
  return {
    event: atToken(context, () => then),
    end: () => then,
    body: text => ({ pieces: [halfOf(text), ...then], length: Buffer.byteLength(text) }),
    ofBytes: true,
  }
}

function cutMidway(by: Cut): FaultAct {
  return { how: 'spoil', spoil: context => stops(context, { cut: by }) }
}

function breaksOff(form: ErrorEventForm): FaultAct {
  const spoil = (context: FaultContext): Spoil => ({
    event: atToken(context, (_, last) => [errorEvent(context, last, form), { cut: 'end' }]),
    end: () => [errorEvent(context, undefined, form), { cut: 'end' }],
  })
  return { how: 'spoil', spoil }
}

/** A wait as long as the rule says, else for ever; what follows is sent then. */
function waits(
  { parameters: { forMs = Number.POSITIVE_INFINITY } }: FaultContext,
  ...after: readonly Piece[]
): readonly Piece[] {
  return [{ waitMs: forMs }, ...after]
}

function hangAfterHeaders(context: FaultContext): Spoil {
  let hung = false
  const first = (...rest: readonly Piece[]) => {
    if (hung) return rest
    hung = true
    return waits(context, ...rest)
  }
  return {
    event: text => first(text),
    end: () => first(),
    body: text => ({ pieces: waits(context, text) }),
    ofBytes: true,
  }
}

function stall(context: FaultContext): Spoil {
  return {
    event: atToken(context, text => waits(context, text)),
    body: text => {
      const half = halfOf(text)
      return { pieces: [half, ...waits(context, text.slice(half.length))] }
    },
    ofBytes: true,
  }
}

/** The Responses API's own way to fail in the middle. */
function responseFailed(context: FaultContext): Spoil {
  let response: unknown
  const fail = (last: string | undefined): readonly Piece[] => {
    const number = Number((last && jsonOf(last)?.sequence_number) ?? -1) + 1
    const { message } = internalError()
    const failed = {
      type: 'response.failed',
      sequence_number: number,
      response: {
        ...(response as object),
        status: 'failed',
        error: { code: 'server_error', message },
        output: [],
        usage: null,
      },
    }
    return [sayEvent({ name: 'response.failed', data: JSON.stringify(failed) }), { cut: 'end' }]
  }
  const strike = atToken(context, (_, last) => fail(last))
  return {
    event(text) {
      response ??= jsonOf(text)?.response
      return strike(text)
    },
  }
}

export const breakingActs = {
  'reset-before-headers': { how: 'cut', by: 'reset' },
  'close-before-headers': { how: 'cut', by: 'close' },
  'connection-refused': { how: 'cut', by: 'reset', thenRefuses: true },
  'hang-before-headers': { how: 'hold' },
  'hang-after-headers': { how: 'spoil', spoil: hangAfterHeaders },
  'reset-mid-stream': cutMidway('reset'),
  'close-mid-stream': cutMidway('close'),
  stall: { how: 'spoil', spoil: stall },
  truncate: cutMidway('end'),
  'error-event': breaksOff({}),
  'error-event-flat': breaksOff({ flat: true }),
  'error-event-named': breaksOff({ named: true }),
  'response-failed': { how: 'spoil', spoil: responseFailed },
  'open-after-done': {
    how: 'spoil',
    spoil: () => ({ end: () => [{ waitMs: Number.POSITIVE_INFINITY }] }),
  },
  'no-last-chunk': {
    how: 'spoil',
    spoil: () => ({
      end: () => [{ cut: 'close' }],
      body: text => ({ pieces: [text, { cut: 'close' }], length: null }),
      ofBytes: true,
    }),
  },
  'no-done': {
    how: 'spoil',
    spoil: () => ({ event: text => (isDone(text) ? [] : [text]) }),
  },
} satisfies Readonly<Record<string, FaultAct>>
