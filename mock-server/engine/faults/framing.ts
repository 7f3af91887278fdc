/** Faults in how an answer is framed: its bytes, lines, headers and writes, and not what it says. */
import { createGzip } from '../../../protocol/gzip.ts'
import { isLast, jsonOf, partsOf, sayEvent, withData, withJson } from './event.ts'
import type { FaultAct, FaultContext, Piece, Spoil } from './fault.ts'
import { atToken, halfOf } from './streams.ts'

function framing(spoil: (context: FaultContext) => Spoil): FaultAct {
  return { how: 'spoil', spoil }
}

/** Each event as another text. */
function rewritten(rewrite: (text: string) => string): FaultAct {
  return framing(() => ({ event: text => [rewrite(text)] }))
}

/** Long enough for the bytes before to be read by themselves. */
const BETWEEN_BYTES_MS = 2
const EMOJI = '🦜'
const USUAL_SIZE_BYTES = 2 ** 20

/** What an event says, with words more in its text: the first of the places where endpoints have it. */
function saying(text: string, more: string): string {
  const json = jsonOf(text)
  if (!json) return text
  const { data = '' } = partsOf(text)
  // By their keys: chat, completions, messages, responses.
  const place = /"(?:content|text|delta)":"(?:[^"\\]|\\.)*(?=")/.exec(data)
  if (!place) return text
  const end = place.index + place[0].length
  return withData(text, data.slice(0, end) + more + data.slice(end))
}

function split(text: string): readonly Piece[] {
  const bytes = Buffer.from(text)
  const start = bytes.indexOf(EMOJI)
  if (start < 0) return [text]
  const [a, b, c, d] = [1, 2, 3, 4].map(n => bytes.subarray(start + n - 1, start + n))
  const wait = { waitMs: BETWEEN_BYTES_MS }
  const before = bytes.subarray(0, start)
  return [before, a!, wait, b!, wait, c!, wait, d!, wait, bytes.subarray(start + 4)]
}

/** Lines of JSON: it may be broken between any two of its tokens. */
function overLines(text: string): string {
  const json = jsonOf(text)
  return json ? sayEvent({ ...partsOf(text), data: JSON.stringify(json, null, 1) }) : text
}

/** One byte a piece; Latin-1 stands for bytes. */
function byBytes(text: string): readonly Piece[] {
  return Array.from(Buffer.from(text), byte => Uint8Array.of(byte))
}

function inOneWrite(): Spoil {
  let all = ''
  return {
    event(text) {
      all += text
      return []
    },
    end: () => [all],
  }
}

function gzipped(): Spoil {
  const { piece, end } = createGzip()
  return {
    headers: { 'content-encoding': 'gzip' },
    event: text => [piece(text)],
    end: () => [end()],
    body: text => ({ pieces: [Buffer.concat([piece(text), end()])] }),
  }
}

function withBom(): Spoil {
  let bom = '\ufeff'
  const first = (text: string): readonly Piece[] => {
    const marked = bom + text
    bom = ''
    return [marked]
  }
  return { event: first, body: text => ({ pieces: first(text) }) }
}

function utf8Split(context: FaultContext): Spoil {
  let struck = false
  return {
    event(text) {
      const said = struck || context.written() < context.token ? text : saying(text, EMOJI)
      if (said === text) return [text]
      struck = true
      return split(said)
    },
    body(text) {
      const place = /"(?:content|text)": ?"(?:[^"\\]|\\.)*(?=")/.exec(text)
      const end = place ? place.index + place[0].length : 0
      const said = place ? text.slice(0, end) + EMOJI + text.slice(end) : text
      return { pieces: split(said) }
    },
  }
}

function longLine(context: FaultContext): Spoil {
  return {
    event: atToken(context, text => {
      const json = jsonOf(text)
      const { sizeBytes = USUAL_SIZE_BYTES } = context.parameters
      if (!json) return [`: ${'x'.repeat(sizeBytes)}\n\n`, text]
      return [withJson(text, { ...json, tokadence: 'x'.repeat(sizeBytes) })]
    }),
  }
}

function withSeparators(text: string): string {
  const json = jsonOf(text)
  return json ? withJson(text, { ...json, tokadence: 'a\u2028b\u0085c' }) : text
}

/** A body whose `content-length` is not its own; then the connection is closed. */
function withLength(lengthOf: (text: string) => number): FaultAct {
  return framing(() => ({
    body: text => ({ pieces: [text, { cut: 'close' }], length: lengthOf(text) }),
  }))
}

function withHeaders(headers: Spoil['headers'] & object): FaultAct {
  return framing(() => ({ headers }))
}

export const framingActs = {
  'utf8-split': framing(utf8Split),
  crlf: rewritten(text => text.replace(/\r?\n/g, '\r\n')),
  cr: rewritten(text => text.replace(/\r?\n/g, '\r')),
  bom: framing(withBom),
  'no-space': rewritten(text => text.replace(/^(data|event): /gm, '$1:')),
  'multi-line-data': rewritten(overLines),
  'line-separator': rewritten(withSeparators),
  'long-line': framing(longLine),
  comments: rewritten(text => `: keep-alive\n\n: about to speak\n${text}`),
  'byte-by-byte': framing(() => ({
    event: byBytes,
    body: text => ({ pieces: byBytes(text), length: null }),
  })),
  'one-write': framing(inOneWrite),
  'no-final-blank-line': framing(() => ({
    event: text => [isLast(text) ? text.replace(/(\r?\n)+$/, '') : text],
  })),
  'wrong-content-type': withHeaders({ 'content-type': 'text/plain' }),
  'no-content-type': withHeaders({ 'content-type': null }),
  gzip: framing(gzipped),
  'false-gzip': withHeaders({ 'content-encoding': 'gzip' }),
  'length-too-long': withLength(text => Buffer.byteLength(text) + 100),
  'length-too-short': withLength(text => Buffer.byteLength(halfOf(text))),
} satisfies Readonly<Record<string, FaultAct>>
