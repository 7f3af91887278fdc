import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chatReader } from '../../../../bench/read/chat.ts'
import { messagesReader } from '../../../../bench/read/messages.ts'
import type { EventReader } from '../../../../bench/read/reader.ts'
import { Repeat } from '../../../../bench/read/repeat.ts'
import { beginExchange, feed } from '../../../helpers/exchange.ts'

const marks = ['"content":"']
const departure = { index: 0, scenario: undefined, dueAtMs: undefined, sentAtMs: 0 }

/** What becomes of a stream that comes in these pieces. */
function sampleOf(reader: EventReader, pieces: readonly string[]) {
  const exchange = beginExchange(departure, reader)
  exchange.headed(200, undefined)
  const counts = pieces.map((piece, i) => feed(exchange, piece, i))
  return { counts, sample: exchange.ended('complete', pieces.length) }
}

const text = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom('', 'a', ' word', '"', '\\', '\n', 'ü', '\u2028', '"content":"', '😀', '}'),
)
const chatEvent = fc.oneof(
  text.map(content => ({ choices: [{ delta: { content } }] })),
  text.map(content => ({ choices: [{ delta: { content, tool_calls: [{}] } }] })),
  text.map(content => ({ id: { content }, choices: [{ delta: { content: 'x' } }] })),
  text.map(content => ({ id: { content }, choices: [{ delta: { content: '' } }] })),
  text.map(words => ({ choices: [{ text: words }] })),
  fc.constant({ choices: [{ delta: { role: 'assistant', content: '' } }] }),
  fc.constant({ choices: [{ delta: {}, finish_reason: 'stop' }] }),
  fc.constant({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }),
  text.map(content => ({
    choices: [{ delta: { content } }],
    usage: { prompt_tokens: 1, completion_tokens: 2 },
  })),
  fc.constant({ error: { message: 'no' } }),
)
const messagesEvent = fc.oneof(
  text.map(words => ({ type: 'content_block_delta', delta: { text: words } })),
  text.map(words => ({ type: 'content_block_delta', delta: { thinking: words } })),
  text.map(words => ({ type: 'content_block_start', content_block: { text: words } })),
  text.map(words => ({ type: 'content_block_start', delta: { text: words } })),
  fc.constant({ type: 'message_delta', usage: { output_tokens: 3 } }),
)

it.each([
  ['chat', chatReader, chatEvent],
  ['messages', messagesReader, messagesEvent],
] as const)('%s: knowing what repeats never changes what is read', (_, reader, events) => {
  // Each comes a few times, as in a stream; with a space a level, as some servers write it; cut anywhere.
  const piece = fc.tuple(events, fc.nat(3), fc.constantFrom(undefined, 1), fc.nat(400))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), drawn => {
      const pieces = drawn.flatMap(([event, times, space, cut]) => {
        const text = `data: ${JSON.stringify(event, undefined, space).replaceAll('\n', '')}\n\n`
        const whole = new Array<string>(times + 1).fill(text)
        return cut < text.length ? [...whole, text.slice(0, cut), text.slice(cut)] : whole
      })
      const { marks: _, ...slow } = reader
      expect(sampleOf(reader, pieces)).toEqual(sampleOf(slow, pieces))
    }),
    { numRuns: 200 },
  )
})

it('an event is like another when it differs in its plain text only', () => {
  const repeat = new Repeat()
  const isLike = (text: string) =>
    repeat.isLike(Buffer.from(`<${text}>`), 1, Buffer.byteLength(text) + 1)
  expect(isLike('{"content":"a"}')).toBe(false)
  repeat.learn(Buffer.from('{"content":"a","end":null}'), marks)
  expect(isLike('{"content":"other words, ü","end":null}')).toBe(true)
  expect(isLike('{"content":"","end":null}')).toBe(false)
  expect(isLike('{"content":"a\\n","end":null}')).toBe(false)
  expect(isLike('{"content":"a","end":null,"x":"","end":null}')).toBe(false)
  expect(isLike('{"content":"a","end":"stop"}')).toBe(false)
})

it('another stream has to be learnt anew', () => {
  const repeat = new Repeat()
  const event = Buffer.from('{"content":"a"}')
  repeat.learn(event, marks)
  expect(repeat.isLike(event, 0, event.length)).toBe(true)
  repeat.forget()
  expect(repeat.isLike(event, 0, event.length)).toBe(false)
})

it('an event may be of any length', () => {
  const repeat = new Repeat()
  const event = Buffer.from(`{"pad":"${'x'.repeat(5000)}","content":"a"}`)
  repeat.learn(event, marks)
  expect(repeat.isLike(event, 0, event.length)).toBe(true)
})

it('learns no more where nothing ever repeats', () => {
  const repeat = new Repeat()
  for (let i = 0; i < 16; i++) repeat.learn(Buffer.from(`{"id":${i},"content":"a"}`), marks)
  repeat.learn(Buffer.from('{"content":"a"}'), marks)
  const other = Buffer.from('{"content":"b"}')
  expect(repeat.isLike(other, 0, other.length)).toBe(false)
})
