import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ending, Exchange, type Wishes } from '../../../bench/exchange.ts'
import { chatReader, chatWholeReader } from '../../../bench/read/chat.ts'
import { soundReader } from '../../../bench/read/media.ts'
import { messagesReader } from '../../../bench/read/messages.ts'
import type { Sample } from '../../../bench/sample.ts'
import { beginExchange, feed } from '../../helpers/exchange.ts'

const departure = { index: 0, scenario: undefined, dueAtMs: undefined, sentAtMs: 0 }
const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`
const content = (text: string) => event({ choices: [{ delta: { content: text } }] })
const role = event({ choices: [{ delta: { role: 'assistant', content: '' } }] })
const finish = event({ choices: [{ delta: {}, finish_reason: 'stop' }] })
const usage = event({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 5 } })
const done = 'data: [DONE]\n\n'

/** Feeds each text at its time; sent at 1000. */
function play(
  pieces: readonly (readonly [number, string])[],
  {
    status = 200,
    ending = 'complete' as Ending,
    endMs = 0,
    detail = undefined as string | undefined,
  } = {},
): Sample {
  const exchange = beginExchange(
    { index: 0, scenario: undefined, dueAtMs: undefined, sentAtMs: 1000 },
    chatReader,
  )
  let lastMs = 1000
  for (const [atMs, text] of pieces) {
    exchange.touched(atMs)
    exchange.headed(status, undefined)
    feed(exchange, text, atMs)
    lastMs = atMs
  }
  return exchange.ended(ending, endMs || lastMs, detail)
}

describe('times', () => {
  it('takes the first chunk with content as the first token, not the role and not an empty delta', () => {
    const empty = event({ choices: [{ delta: { content: '' } }] })
    const sample = play([
      [1010, role],
      [1020, empty],
      [1200, content('a')],
      [1220, content('b')],
      [1245, content('c')],
      [1250, finish + done],
    ])
    expect(sample).toMatchObject({
      outcome: 'ok',
      ttfbMs: 10,
      ttftMs: 200,
      gapsMs: [20, 25],
      tpotMs: 22.5,
      e2eMs: 250,
      contentChunks: 3,
      outputTokens: 3,
      inputTokens: undefined,
      tokensFrom: 'chunks',
      censoredMs: undefined,
    })
  })

  it('counts tokens by usage where it comes, and spreads TPOT over those', () => {
    const sample = play([
      [1100, content('a b c')],
      [1180, content('d e')],
      [1190, usage + done],
    ])
    expect(sample).toMatchObject({
      outputTokens: 5,
      inputTokens: 9,
      tokensFrom: 'usage',
      tpotMs: 20,
    })
    expect(sample.contentChunks).toBe(2)
  })

  it.each([
    ['reasoning', { delta: { reasoning_content: 'hm' } }],
    ['a tool call', { delta: { tool_calls: [{ index: 0, function: { arguments: '{' } }] } }],
    ['a refusal', { delta: { refusal: 'no' } }],
    ['legacy text', { text: 'x' }],
  ])('counts %s as content', (_, choice) => {
    expect(play([[1100, event({ choices: [choice] }) + done]]).ttftMs).toBe(100)
  })

  it('has no TPOT below two tokens', () => {
    expect(play([[1100, content('a') + done]]).tpotMs).toBeUndefined()
  })

  it('gives chunks of one read a gap of 0', () => {
    expect(play([[1100, content('a') + content('b') + done]]).gapsMs).toEqual([0])
  })
})

it('a sample is in whole µs, and one that nothing held back does not say so', () => {
  const exchange = beginExchange({ ...departure, dueAtMs: 0.0004, sentAtMs: 7.0002 }, chatReader)
  exchange.headed(200, undefined)
  feed(exchange, role, 8.00049)
  feed(exchange, content('a'), 9.0006)
  const sample = exchange.ended('open', 12.00064)
  expect(sample).toMatchObject({
    ...{ dueAtMs: 0, sentAtMs: 7, ttfbMs: 1, ttftMs: 2, preludeMs: 1, censoredMs: 5 },
  })
  expect('heldMs' in sample).toBe(false)
})

describe('outcomes', () => {
  it.each<[string, Parameters<typeof play>, Sample['outcome'], RegExp | undefined]>([
    ['a whole stream', [[[1100, content('a') + done]]], 'ok', undefined],
    [
      'a stream closed after [DONE]',
      [[[1100, content('a') + done]], { ending: 'closed' }],
      'ok',
      undefined,
    ],
    [
      'a FIN mid-stream',
      [[[1100, content('a')]], { ending: 'closed' }],
      'stream_cut',
      /closed mid-stream/,
    ],
    [
      'a reset mid-stream',
      [[[1100, content('a')]], { ending: 'broken', detail: 'ECONNRESET' }],
      'stream_cut',
      /ECONNRESET/,
    ],
    [
      'a stream that ends without [DONE]',
      [[[1100, content('a')]]],
      'stream_cut',
      /without \[DONE\]/,
    ],
    [
      'an error event',
      [[[1100, content('a') + event({ error: { message: 'overloaded' } }) + done]]],
      'stream_cut',
      /overloaded/,
    ],
    [
      'no connection',
      [[], { ending: 'broken', detail: 'ECONNREFUSED' }],
      'connect_error',
      /ECONNREFUSED/,
    ],
    [
      'a connection closed before a byte',
      [[], { ending: 'closed' }],
      'connect_error',
      /before any byte/,
    ],
    ['a JSON body', [[[1100, '{"choices":[]}']]], 'malformed', /no event stream/],
    ['an event that is no JSON', [[[1100, `data: {"a\n\n${done}`]]], 'malformed', /not a chunk/],
    ['a redirect', [[[1100, 'x']], { status: 302 }], 'malformed', /302/],
    [
      'bytes that are no HTTP',
      [[[1100, '']], { ending: 'garbled', detail: 'no HTTP' }],
      'malformed',
      /no HTTP/,
    ],
    [
      'a 400',
      [[[1100, '{"error":{"message":"bad model"}}']], { status: 400 }],
      'http_4xx',
      /^bad model$/,
    ],
    [
      'a 429',
      [[[1100, '{"error":{"message":"slow down"}}']], { status: 429 }],
      'http_429',
      /^slow down$/,
    ],
    [
      'a 503 with plain text',
      [[[1100, 'try  later\n']], { status: 503 }],
      'http_5xx',
      /^try later$/,
    ],
    [
      'silence',
      [[[1100, content('a')]], { ending: 'timeout', detail: 'no byte' }],
      'timeout',
      /no byte/,
    ],
  ])('%s', (_, args, outcome, detail) => {
    const sample = play(...args)
    expect(sample.outcome).toBe(outcome)
    if (detail) expect(sample.detail).toMatch(detail)
    else expect(sample.detail).toBeUndefined()
  })

  it('an open one has lasted at least so long, and no E2E', () => {
    const sample = play([[1100, content('a') + content('b')]], { ending: 'open', endMs: 5000 })
    expect(sample).toMatchObject({ outcome: 'open', ttftMs: 100, censoredMs: 4000 })
    expect(sample.e2eMs).toBeUndefined()
    expect(sample.tpotMs).toBeUndefined()
  })

  it('bounds an event without an end', () => {
    const exchange = beginExchange(departure, chatReader)
    exchange.headed(200, undefined)
    const block = Buffer.alloc(4 * 2 ** 20, 'x')
    for (let i = 0; i < 5; i++) feed(exchange, block, i)
    const { outcome, detail } = exchange.ended('complete', 9)
    expect(outcome).toBe('malformed')
    expect(detail).toMatch(/longer than 16777216 bytes/)
  })
})

describe('answers that come whole', () => {
  const answer = {
    choices: [{ message: { content: 'hello' } }],
    usage: { prompt_tokens: 9, completion_tokens: 5 },
  }

  function whole(pieces: readonly string[], ending: Ending = 'complete', status = 200): Sample {
    const exchange = beginExchange(departure, chatWholeReader)
    exchange.touched(10)
    exchange.headed(status, 'req-1')
    for (const piece of pieces) {
      const bytes = Buffer.from(piece)
      expect(feed(exchange, bytes, 20)).toBe(0)
      // The transport uses its memory again.
      bytes.fill(0)
    }
    return exchange.ended(ending, 30)
  }

  it('have tokens and an end, and neither a first token nor gaps', () => {
    const json = JSON.stringify(answer)
    expect(whole([json.slice(0, 7), json.slice(7)])).toMatchObject({
      outcome: 'ok',
      requestId: 'req-1',
      ttfbMs: 10,
      ttftMs: undefined,
      gapsMs: [],
      tpotMs: undefined,
      e2eMs: 30,
      contentChunks: 0,
      inputTokens: 9,
      outputTokens: 5,
      tokensFrom: 'usage',
    })
  })

  it.each<[readonly string[], Ending, number, Sample['outcome'], RegExp]>([
    [['{"choices":'], 'complete', 200, 'malformed', /^not an answer: \{"choices":/],
    [['{"a":1}'], 'complete', 200, 'malformed', /not an answer/],
    [['{"error":{"message":"no"}}'], 'complete', 200, 'malformed', /an error as an answer: no/],
    [['{"choices"'], 'closed', 200, 'stream_cut', /closed inside the answer/],
    [['{"error":{"message":"no"}}'], 'complete', 429, 'http_429', /^no$/],
  ])('%j, %s, %i is %s', (pieces, ending, status, outcome, detail) => {
    const sample = whole(pieces, ending, status)
    expect(sample.outcome).toBe(outcome)
    expect(sample.detail).toMatch(detail)
  })

  it('are bounded', () => {
    const exchange = beginExchange(departure, chatWholeReader)
    exchange.headed(200, undefined)
    const block = Buffer.alloc(16 * 2 ** 20, ' ')
    for (let i = 0; i < 5; i++) feed(exchange, block, i)
    const { outcome, detail } = exchange.ended('complete', 9)
    expect([outcome, detail]).toEqual(['malformed', 'the answer is longer than 64 MiB'])
  })
})

it('usage may come in parts', () => {
  const exchange = beginExchange(departure, messagesReader)
  exchange.headed(200, undefined)
  const events = [
    { type: 'message_start', message: { usage: { input_tokens: 7, output_tokens: 1 } } },
    { type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } },
    { type: 'message_delta', usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ]
  feed(exchange, events.map(event).join(''), 1)
  const whole = { outcome: 'ok', inputTokens: 7, outputTokens: 4, tokensFrom: 'usage' }
  expect(exchange.ended('complete', 2)).toMatchObject(whole)

  const cut = beginExchange(departure, messagesReader)
  cut.headed(200, undefined)
  feed(cut, events.slice(0, 2).map(event).join(''), 1)
  const chunks = { outcome: 'stream_cut', inputTokens: 7, outputTokens: 1, tokensFrom: 'chunks' }
  expect(cut.ended('closed', 2)).toMatchObject(chunks)
})

it('bytes have their first content with the first of them', () => {
  const exchange = beginExchange(departure, soundReader)
  exchange.touched(5)
  exchange.headed(200, undefined)
  expect(feed(exchange, Buffer.from([1, 2]), 12)).toBe(1)
  expect(feed(exchange, Buffer.from([3]), 40)).toBe(0)
  const sample = exchange.ended('complete', 50)
  expect(sample).toMatchObject({ outcome: 'ok', ttfbMs: 5, ttftMs: 12, gapsMs: [], e2eMs: 50 })
})

describe('the text of an answer', () => {
  const stream = content('Hel') + content('lo') + usage + done

  it('is kept where the request wants it, and only there', () => {
    const wanted = beginExchange(departure, chatReader, { keepsText: true })
    const other = beginExchange(departure, chatReader)
    for (const exchange of [wanted, other]) {
      exchange.headed(200, undefined)
      feed(exchange, stream, 1)
    }
    expect([wanted.text, other.text]).toEqual(['Hello', ''])
  })

  it('is judged by the request’s check, when the answer came whole', () => {
    const judged: string[] = []
    const check = (sample: Sample, text: string) => {
      judged.push(`${sample.outcome} ${text}`)
      return text === 'Hello' ? 'too polite' : undefined
    }
    const answered = (text: string, ending: Ending = 'complete') => {
      const exchange = beginExchange(departure, chatReader, { check })
      exchange.headed(200, undefined)
      feed(exchange, text, 1)
      return exchange.ended(ending, 2)
    }
    expect(answered(stream)).toMatchObject({ outcome: 'malformed', detail: 'check: too polite' })
    expect(answered(content('Hi') + done)).toMatchObject({ outcome: 'ok', detail: undefined })
    expect(answered(content('Hello'), 'closed').outcome).toBe('stream_cut')
    expect(judged).toEqual(['ok Hello', 'ok Hi'])
  })

  it('is bounded', () => {
    const exchange = beginExchange(departure, chatReader, { keepsText: true })
    exchange.headed(200, undefined)
    for (let i = 0; i < 3; i++) feed(exchange, content('x'.repeat(500_000)), 1)
    expect(exchange.text).toHaveLength(2 ** 20)
  })
})

it('the same bytes cut anywhere give the same sample, also inside a character or a CRLF', () => {
  const separators = fc.constantFrom('\n\n', '\r\n\r\n', '\r\r')
  const texts = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(
      texts,
      separators,
      fc.array(fc.nat(4000), { maxLength: 30 }),
      (words, separator, cuts) => {
        const whole = Buffer.from(
          [role, ...words.map(content), finish, usage, done].join('').replaceAll('\n\n', separator),
        )
        const places = [...new Set(cuts.map(cut => cut % whole.length))].sort((a, b) => a - b)
        const exchange = beginExchange(departure, chatReader)
        exchange.headed(200, undefined)
        let counted = 0
        let from = 0
        for (const to of [...places, whole.length]) {
          counted += feed(exchange, whole.subarray(from, to), 50)
          from = to
        }
        const sample = exchange.ended('complete', 60)
        expect(sample.outcome).toBe('ok')
        expect(sample.contentChunks).toBe(words.length)
        expect(counted).toBe(words.length)
        expect(sample.gapsMs.length).toBe(Math.max(0, words.length - 1))
        expect(sample.outputTokens).toBe(5)
        expect(sample.inputTokens).toBe(9)
      },
    ),
    { numRuns: 300 },
  )
})

it('one exchange after another is as one by itself, whatever became of the one before', () => {
  const piece = fc.constantFrom(
    role,
    content('a'),
    content('b'),
    finish,
    usage,
    done,
    'data: {"choi',
    'event: x\n',
    '\ufeff',
    '\r',
    'data: no chunk\n\n',
    event({ error: { message: 'overloaded' } }),
  )
  const life = fc.record({
    reader: fc.constantFrom(chatReader, chatWholeReader, messagesReader, soundReader),
    wishes: fc.constantFrom<Wishes>(
      {},
      { keepsText: true },
      { check: (_, text) => text || undefined },
    ),
    status: fc.constantFrom(200, 429, 503),
    pieces: fc.array(piece, { maxLength: 12 }),
    ending: fc.constantFrom<Ending>('complete', 'closed', 'broken', 'timeout', 'open'),
  })
  type Life = typeof life extends fc.Arbitrary<infer T> ? T : never
  const live = (exchange: Exchange, { reader, wishes, status, pieces, ending }: Life) => {
    exchange.begin(departure, reader, wishes)
    if (pieces.length > 0) exchange.touched(5)
    if (pieces.length > 1) exchange.headed(status, 'req_1')
    const counts = pieces.map((text, i) => feed(exchange, text, 10 + i))
    return { counts, sample: exchange.ended(ending, 100), text: exchange.text }
  }
  fc.assert(
    fc.property(fc.array(life, { minLength: 2, maxLength: 5 }), lives => {
      const exchange = new Exchange()
      for (const one of lives) expect(live(exchange, one)).toEqual(live(new Exchange(), one))
    }),
    { numRuns: 300 },
  )
})
