import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Head, ResponseReader } from '../../../../bench/drivers/response.ts'

type Told = { heads: Head[]; bodies: string[]; completed: number; wrong: string | undefined }

/** Reads the pieces one after the other; each piece's memory is wiped once it has been read. */
function read(pieces: readonly Uint8Array[], { closes = false } = {}): Told {
  const told: Told = { heads: [], bodies: [], completed: 0, wrong: undefined }
  let body = ''
  const reader = new ResponseReader({
    headed: head => told.heads.push(head),
    fed(bytes, from, to) {
      body += bytes.toString('latin1', from, to)
    },
    completed() {
      told.bodies.push(body)
      told.completed++
      body = ''
    },
  })
  for (const piece of pieces) {
    const memory = Buffer.concat([piece, Buffer.from('what was read before')])
    told.wrong ??= reader.feed(memory, piece.length)
    memory.fill(0)
  }
  if (closes) reader.closed()
  return told
}

const whole = (text: string) => [Buffer.from(text, 'latin1')]
const chunked = (...chunks: readonly string[]) =>
  `${chunks.map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`

describe('reads', () => {
  it('a body of a told length, and what follows it as the next response', () => {
    const one = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Request-Id: req_1\r\n\r\nhello'
    const told = read(whole(one + one.replace('req_1', 'req_2')))
    expect(told.bodies).toEqual(['hello', 'hello'])
    expect(told.heads).toEqual([
      { status: 200, keepsAlive: true, requestId: 'req_1' },
      { status: 200, keepsAlive: true, requestId: 'req_2' },
    ])
  })

  it('chunks, with extensions and a trailer', () => {
    const told = read(
      whole(
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nx-sum: 1\r\n\r\n',
      ),
    )
    expect(told).toMatchObject({ bodies: ['hello!'], completed: 1, wrong: undefined })
  })

  it('a body that ends with the connection', () => {
    const text = 'HTTP/1.1 200 OK\r\n\r\nall that comes'
    expect(read(whole(text)).completed).toBe(0)
    const told = read(whole(text), { closes: true })
    expect(told.bodies).toEqual(['all that comes'])
    expect(told.heads[0]?.keepsAlive).toBe(false)
  })

  it('no body where there is none', () => {
    expect(read(whole('HTTP/1.1 204 No Content\r\n\r\n')).bodies).toEqual([''])
    expect(read(whole('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')).bodies).toEqual([''])
  })

  it('past an interim response', () => {
    const told = read(
      whole('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'),
    )
    expect(told.heads.map(({ status }) => status)).toEqual([200])
    expect(told.bodies).toEqual(['hi'])
  })

  it.each([
    ['HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n', true],
  ])('whether the server goes on with the connection: %j', (text, keepsAlive) => {
    expect(read(whole(text)).heads[0]?.keepsAlive).toBe(keepsAlive)
  })

  it('the same however it is cut', () => {
    const text = `HTTP/1.1 200 OK\r\nx-request-id: req_7\r\nTransfer-Encoding: chunked\r\n\r\n${chunked('data: a\n\n', 'data: {"b":"c"}\n\n', 'data: [DONE]\n\n')}HTTP/1.1 429 Too Many Requests\r\nContent-Length: 3\r\n\r\nno!`
    const expected = read(whole(text))
    expect(expected.bodies).toEqual(['data: a\n\ndata: {"b":"c"}\n\ndata: [DONE]\n\n', 'no!'])
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 12 }),
        cuts => {
          const at = [0, ...cuts.sort((a, b) => a - b), text.length]
          const pieces = at.slice(1).map((end, i) => Buffer.from(text.slice(at[i], end), 'latin1'))
          expect(read(pieces)).toEqual(expected)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('refuses', () => {
  it.each([
    ['hello there, this is no HTTP', 'no HTTP status line'],
    ['HTTP/1.1 abc\r\n\r\n', 'a status line that is none: HTTP/1.1 abc'],
    ['HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\n', 'a content-length that is no number: five'],
    [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      'a chunk length that is no number',
    ],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n', 'a chunk without a length'],
    [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc',
      'a chunk that is longer than it said',
    ],
  ])('%j', (text, wrong) => {
    expect(read(whole(text)).wrong).toBe(wrong)
  })

  it('a head without end', () => {
    const told = read([Buffer.from('HTTP/1.1 200 OK\r\n'), Buffer.alloc(70_000, 'a')])
    expect(told.wrong).toBe('a head of more than 65536 bytes')
  })

  it('bytes of any kind without throwing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 }), pieces => {
        expect(read(pieces).completed).toBe(0)
      }),
    )
  })
})
