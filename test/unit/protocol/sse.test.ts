import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createSseReader,
  dataEvent,
  doneEvent,
  type SseEvent,
  SseLineTooLong,
} from '../../../protocol/sse.ts'

/** The events of `parts`, each fed on its own. */
function read(...parts: (string | Uint8Array)[]): SseEvent[] {
  const events: SseEvent[] = []
  const reader = createSseReader(event => events.push(event))
  for (const part of parts) reader.feed(typeof part === 'string' ? Buffer.from(part) : part)
  return events
}

/** Events without a name, in short. */
function data(...parts: string[]): string[] {
  return read(...parts).map(event => event.data)
}

test.each([
  // WHATWG HTML §9.2.6
  ['LF', 'data: a\n\ndata: b\n\n', ['a', 'b']],
  ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
  ['CR', 'data: a\r\rdata: b\r\r', ['a', 'b']],
  ['all three mixed', 'data: a\r\n\ndata: b\n\rdata: c\r\r\n', ['a', 'b', 'c']],
  ['a byte order mark first', '\ufeffdata: a\n\n', ['a']],
  ['a byte order mark later is text', 'data: \ufeffa\n\n', ['\ufeffa']],
  ['a byte order mark before a later line spoils its field', 'data: a\n\n\ufeffdata: b\n\n', ['a']],
  ['comments', ': ping\n\n: x\ndata: a\n: y\n\n', ['a']],
  ['data on several lines', 'data: a\ndata: b\ndata:\n\n', ['a\nb\n']],
  ['no space after the colon', 'data:a\n\n', ['a']],
  ['only the first space is dropped', 'data:  a \n\n', [' a ']],
  ['a field without a colon is empty', 'data\n\n', ['']],
  ['empty data is an event', 'data:\n\n', ['']],
  ['blank lines alone are none', '\n\n\n', []],
  ['unknown fields are ignored', 'id: 1\nretry: 5\nfoo: bar\ndata: a\n\n', ['a']],
  ['field names are exact', 'Data: a\n data: b\ndata : c\n\n', []],
  ['colons in the value stay', 'data: {"a":1}\n\n', ['{"a":1}']],
  ['what a stream ends in without a blank line is dropped', 'data: a\n\ndata: b\n', ['a']],
  ['a line separator of Unicode is no line end', 'data: a\u2028b\u0085c\n\n', ['a\u2028b\u0085c']],
  ['NUL is text', 'data: a\0b\n\n', ['a\0b']],
])('%s', (_, stream, expected) => {
  expect(data(stream)).toEqual(expected)
})

test('an event has its name, and the name is of that event only', () => {
  expect(read('event: error\ndata: a\n\ndata: b\n\nevent: lost\n\ndata: c\n\n')).toEqual([
    { event: 'error', data: 'a' },
    { event: '', data: 'b' },
    { event: '', data: 'c' },
  ])
})

test('an event is given out as soon as its blank line is there', () => {
  const events: SseEvent[] = []
  const reader = createSseReader(event => events.push(event))
  reader.feed(Buffer.from('data: a\r\n\r'))
  expect(events).toEqual([{ event: '', data: 'a' }])
  reader.feed(Buffer.from('\ndata: b\n\n'))
  expect(events.map(event => event.data)).toEqual(['a', 'b'])
})

test('a character cut in two is whole again', () => {
  const bytes = Buffer.from('data: 🚀é\n\n')
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([{ event: '', data: '🚀é' }])
  }
})

test('the reader keeps nothing of the buffer that it was fed', () => {
  const events: SseEvent[] = []
  const reader = createSseReader(event => events.push(event))
  const buffer = Buffer.from('data: begin')
  reader.feed(buffer)
  buffer.fill('x') // as a socket's pool would
  reader.feed(Buffer.from(' end\n\n'))
  expect(events).toEqual([{ event: '', data: 'begin end' }])
})

/** Streams rich in what is special: line ends, colons, spaces, marks, characters of four bytes. */
const pieces = fc.constantFrom(
  ...['\n', '\r', '\r\n', '\n\n', ':', ' ', 'data', 'data:', 'data: x', 'event: e', '🚀', 'é', 'a'],
  ...['\ufeff', ': note', 'id: 7', 'retry: 10', '\0'],
)
const streams = fc.array(pieces, { maxLength: 40 }).map(parts => parts.join(''))

test('cut anywhere, a stream has the same events', () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(), { maxLength: 12 }), (stream, cuts) => {
      const bytes = Buffer.from(stream)
      const places = cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b)
      const parts = [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length))
      expect(read(...parts)).toEqual(read(stream))
    }),
    { seed: 1, numRuns: 400 },
  )
})

test('the events are those of eventsource-parser', () => {
  fc.assert(
    fc.property(streams, stream => {
      const theirs: SseEvent[] = []
      const parser = createParser({
        onEvent: ({ event = '', data }) => theirs.push({ event, data }),
      })
      // That parser takes text, from which the decoder has dropped a byte order mark, and holds back
      // a last CR, which an LF may follow.
      const bytes = Buffer.from(`${stream}\n: end\n`)
      parser.feed(new TextDecoder().decode(bytes))
      expect(read(bytes)).toEqual(theirs)
    }),
    { seed: 2, numRuns: 400 },
  )
})

test('what is written is read back', () => {
  const json = '{"text":"a\\nb \\u2028 🚀"}'
  expect(data(dataEvent(json) + doneEvent)).toEqual([json, '[DONE]'])
})

test.each([
  ['a line that never ends', ['data: ', 'x'.repeat(50), 'x'.repeat(50)]],
  ['an event of many lines', Array.from({ length: 20 }, () => 'data: 123456\n')],
  ['a line that comes at once', [`data: ${'x'.repeat(120)}\n`]],
])('%s trips the bound', (_, parts) => {
  const reader = createSseReader(() => {}, { maxBytes: 100 })
  const feed = () => {
    for (const part of parts) reader.feed(Buffer.from(part))
  }
  expect(feed).toThrow(SseLineTooLong)
  expect(feed).toThrow('A line of the event stream is longer than 100 bytes.')
})

test('what is below the bound does not trip it, however much of it comes', () => {
  let events = 0
  const reader = createSseReader(() => events++, { maxBytes: 100 })
  for (let i = 0; i < 1000; i++) reader.feed(Buffer.from(`data: ${'x'.repeat(94)}\n\n`))
  expect(events).toBe(1000)
})
