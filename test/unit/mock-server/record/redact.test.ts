import { expect, test } from 'vitest'
import { maskChunks, maskSecrets, redactHeaders } from '../../../../mock-server/record/redact.ts'
import { createTape, maxHeldBytes, maxRecordedBytes } from '../../../../mock-server/record/tape.ts'

const secret = 'gateway-key-0123456789'
const openaiKey = 'sk-proj-AbCdEfGhIjKlMnOpQrSt_0123-4567'
const masked = (text: string, secrets: readonly string[] = []) =>
  maskSecrets(Buffer.from(text), secrets).toString()

test('of an answer those headers stay that a client may go by; account and cookies leave their names', () => {
  expect(
    redactHeaders({
      'content-type': 'text/event-stream',
      'x-request-id': 'req_1',
      'x-ratelimit-remaining-tokens': '9',
      'retry-after-ms': '12',
      'openai-organization': 'org-secret',
      'openai-project': 'proj_secret',
      'set-cookie': ['__cf_bm=a', '_cfuvid=b'],
      'cf-ray': '1-FRA',
      date: 'today',
      'x-portkey-api-key': 'k',
      'www-authenticate': ['Basic', 'Bearer'],
      'content-length': undefined,
    }),
  ).toEqual({
    'content-type': 'text/event-stream',
    'x-request-id': 'req_1',
    'x-ratelimit-remaining-tokens': '9',
    'retry-after-ms': '12',
    'openai-organization': '[redacted]',
    'openai-project': '[redacted]',
    'set-cookie': '[redacted]',
    'www-authenticate': ['Basic', 'Bearer'],
  })
})

test.each([
  [`a ${secret} b ${secret}`, `a ${'*'.repeat(22)} b ${'*'.repeat(22)}`],
  [`{"key":"${openaiKey}"}`, `{"key":"${'*'.repeat(38)}"}`],
  [`ek_${'a'.repeat(30)}.`, `${'*'.repeat(33)}.`],
  ['sk-test and sk-short-0123456789', 'sk-test and sk-short-0123456789'],
  [`task-${'a'.repeat(30)}`, `task-${'a'.repeat(30)}`],
])('of %j stays %j, which is as long', (text, expected) => {
  expect(masked(text, [secret])).toBe(expected)
})

test('a key that is short enough to be a word is no secret', () => {
  expect(masked('this is not-needed', ['not-needed', ''])).toBe('this is not-needed')
})

test('a secret that lies across chunks is masked in each of them, and their borders stay', () => {
  const text = `{"error":"Incorrect API key provided: ${openaiKey}"}`
  const cut = text.indexOf(openaiKey) + 7
  const chunks = [
    { atMs: 1, bytes: Buffer.from(text.slice(0, cut)) },
    { atMs: 2, bytes: Buffer.from(text.slice(cut)) },
  ]
  const texts = maskChunks(chunks, []).map(({ atMs, bytes }) => [atMs, bytes.toString()])
  expect(texts).toEqual([
    [1, '{"error":"Incorrect API key provided: *******'],
    [2, `${'*'.repeat(31)}"}`],
  ])
  expect(maskChunks(chunks.slice(0, 1), [])).toEqual(chunks.slice(0, 1))
})

const plain = { secrets: [], requestBytes: 0 }
const request = { method: 'GET', path: '/models', headers: {}, body: undefined }

test('what the answer says of the account is masked where it repeats it', () => {
  const tape = createTape(request, { room: { heldBytes: 0 }, ...plain })
  tape.head(1, 429, { 'openai-organization': 'org-AbCdEfGhIjKlMnOp', 'content-type': 'text/plain' })
  tape.chunk(2, Buffer.from('Rate limit reached in organization org-AbCdEfGhIjKlMnOp.'))
  expect(tape.end(3)).toEqual({
    request,
    response: {
      atMs: 1,
      status: 429,
      headers: { 'openai-organization': '[redacted]', 'content-type': 'text/plain' },
    },
    chunks: [
      { atMs: 2, bytes: Buffer.from(`Rate limit reached in organization ${'*'.repeat(20)}.`) },
    ],
    endMs: 3,
  })
})

test('a tape keeps its own copy of what passes', () => {
  const tape = createTape(request, { room: { heldBytes: 0 }, ...plain })
  const shared = Buffer.from('one')
  tape.head(0, 200, {})
  tape.chunk(0, shared)
  shared.write('two')
  expect(tape.end(0)).toMatchObject({ chunks: [{ bytes: Buffer.from('one') }] })
})

test('an answer that is too large is let go at once, and so is one for which all others leave no room', () => {
  const room = { heldBytes: 0 }
  const part = Buffer.alloc(maxRecordedBytes / 2)
  const one = createTape(request, { room, ...plain })
  one.head(0, 200, {})
  one.chunk(0, part)
  one.chunk(0, part)
  expect(room.heldBytes).toBe(maxRecordedBytes)
  one.chunk(0, Buffer.from('x'))
  expect(room.heldBytes).toBe(0)
  expect(one.end(1)).toEqual({ why: 'the answer is larger than 33554432 bytes' })

  room.heldBytes = maxHeldBytes - 2
  const other = createTape(request, { room, ...plain })
  other.head(0, 200, {})
  other.chunk(0, Buffer.from('xyz'))
  expect(other.end(1)).toEqual({
    why: 'the answers being recorded are together larger than 268435456 bytes',
  })
  expect(room.heldBytes).toBe(maxHeldBytes - 2)
})

test('what a tape holds, the request too, is counted until it is dropped, which is done once', () => {
  const room = { heldBytes: 10 }
  const tape = createTape(request, { room, secrets: [], requestBytes: 5 })
  tape.head(0, 200, {})
  tape.chunk(0, Buffer.from('abc'))
  expect(tape.end(1)).toMatchObject({ endMs: 1 })
  expect(room.heldBytes).toBe(18)
  tape.drop()
  tape.drop()
  expect(room.heldBytes).toBe(10)
})
