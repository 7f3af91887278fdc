/**
 * A response that goes wrong: whoever answers writes to it as ever, and something else is sent.
 *
 * It is the response itself, whose methods are replaced for this one answer: so a fault needs nothing of those who
 * make answers, and every endpoint has it.
 */
import type { ServerResponse } from 'node:http'
import { StringDecoder } from 'node:string_decoder'
import { partsOf } from '../engine/faults/event.ts'
import type { Piece, Spoil } from '../engine/faults/fault.ts'
import { closeExchange, type Exchange, type ExchangeFault } from './exchange.ts'
import { createOutlet, END, type Encoding } from './fault-outlet.ts'

const NOTHING = Buffer.alloc(0)
/** `events`: a stream of them; `whole`: sent in one; `parts`: anything else. */
type Form = 'events' | 'whole' | 'parts'

/** Spoils the answer to come, if it is one: a refusal is sent as it is. `struck`: called when it is spoiled. */
export function spoilAnswer(exchange: Exchange, spoil: Spoil, struck: () => void): ExchangeFault {
  const { response, entry } = exchange
  const own = ownMethods(response)
  const decoder = new StringDecoder('utf8')
  const out = createOutlet(exchange, own)
  let form: Form = 'parts'
  let encoding: Encoding = 'utf8'
  let isPassed = false
  let headers: readonly string[] = []
  /** What has come of an event. */
  let rest = ''

  function writeHead(status: number, given: readonly string[]): ServerResponse {
    if (status !== 200) {
      restore(response)
      exchange.fault = undefined
      return response.writeHead(status, [...given])
    }
    struck()
    const type = headerOf(given, 'content-type') ?? ''
    const isText = /^text\/event-stream|json/.test(type)
    if (type.startsWith('text/event-stream')) form = 'events'
    else form = headerOf(given, 'content-length') === undefined ? 'parts' : 'whole'
    encoding = isText && form !== 'parts' ? 'utf8' : 'latin1'
    isPassed = encoding === 'latin1' && !spoil.ofBytes
    headers = Object.entries(spoil.headers ?? {}).reduce(withHeader, given)
    if (form !== 'whole') own.writeHead(200, [...headers])
    return response
  }

  function write(chunk: string | Uint8Array): boolean {
    if (chunk.length === 0) return own.write(NOTHING)
    if (form !== 'events') {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1')
      const bytes = Buffer.from(text, typeof chunk === 'string' ? 'utf8' : 'latin1')
      out.push(isPassed ? [bytes] : (spoil.event?.(bytes.toString('latin1')) ?? [bytes]), 'latin1')
      return !out.isFull
    }
    rest += typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk))
    for (let end = endOfEvent(rest); end > 0; end = endOfEvent(rest)) {
      const text = rest.slice(0, end)
      rest = rest.slice(end)
      const isComment = partsOf(text).data === undefined
      out.push(isComment ? [text] : (spoil.event?.(text) ?? [text]), encoding)
    }
    return !out.isFull
  }

  function end(chunk?: string | Uint8Array): ServerResponse {
    if (form === 'whole') sendWhole(Buffer.from(chunk ?? ''))
    else {
      if (chunk !== undefined) write(chunk)
      out.push(isPassed ? [] : (spoil.end?.() ?? []), encoding)
    }
    out.push([END], encoding)
    return response
  }

  function sendWhole(bytes: Buffer): void {
    const spoiled = isPassed ? undefined : spoil.body?.(bytes.toString(encoding))
    const { pieces, length } = spoiled ?? { pieces: [bytes], length: bytes.length }
    const told = length === undefined ? lengthOf(pieces, encoding) : length
    const value = told === null ? null : String(told)
    own.writeHead(200, [...withHeader(headers, ['content-length', value])])
    // Sent by themselves: what follows may never come.
    response.flushHeaders()
    out.push(pieces, encoding)
  }

  Object.assign(response, { writeHead, write, end })
  Object.defineProperty(response, 'writableNeedDrain', {
    configurable: true,
    get: () => out.isFull || own.needsDrain(),
  })
  return {
    get isMute() {
      return out.isMute
    },
    ends(outcome) {
      if (outcome === 'ok' && !out.isOver) {
        out.whenOver(() => closeExchange(exchange, 'ok'))
        return false
      }
      out.stop()
      entry.done.bytes = out.bytes
      return true
    },
  }
}

/** As they were. */
function ownMethods(response: ServerResponse) {
  const { writeHead, write, end } = response
  const prototype = Object.getPrototypeOf(response) as object
  return {
    writeHead: (status: number, headers: string[]) => writeHead.call(response, status, headers),
    write: (bytes: Uint8Array): boolean => write.call(response, bytes, 'utf8'),
    end: () => end.call(response, undefined, 'utf8'),
    needsDrain: () => Reflect.get(prototype, 'writableNeedDrain', response) === true,
  }
}

function restore(response: ServerResponse): void {
  for (const name of ['writeHead', 'write', 'end', 'writableNeedDrain']) {
    Reflect.deleteProperty(response, name)
  }
}

/** Where the first event ends, its blank line included; 0: it has not come whole. */
function endOfEvent(text: string): number {
  const end = /\r?\n\r?\n/.exec(text)
  return end ? end.index + end[0].length : 0
}

function lengthOf(pieces: readonly Piece[], encoding: Encoding): number {
  return pieces.reduce((sum, piece) => {
    if (typeof piece === 'string') return sum + Buffer.byteLength(piece, encoding)
    return sum + (piece instanceof Uint8Array ? piece.length : 0)
  }, 0)
}

function headerOf(headers: readonly string[], name: string): string | undefined {
  const place = headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name)
  return place < 0 ? undefined : headers[place + 1]
}

/** The flat list with another value of one header; null: without it. */
function withHeader(
  headers: readonly string[],
  [name, value]: readonly [string, string | null],
): readonly string[] {
  const others = headers.filter((_, i) => headers[i - (i % 2)]!.toLowerCase() !== name)
  return value === null ? others : [...others, name, value]
}
