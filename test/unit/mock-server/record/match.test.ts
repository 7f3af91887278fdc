import { expect, test } from 'vitest'
import {
  canonicalRequest,
  compareBodies,
  requestKey,
} from '../../../../mock-server/record/match.ts'

interface Asked {
  readonly method?: string
  readonly url?: string
  readonly type?: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
}

function asked({ method = 'POST', url = '/v1/chat/completions', ...rest }: Asked) {
  const { type = 'application/json', body = '', headers = {}, secrets = [] } = rest
  const raw = {
    method,
    url,
    headers: { 'content-type': type, ...headers },
    body: Buffer.from(body),
  }
  return canonicalRequest(raw, secrets)
}

const key = (one: Asked) => requestKey(asked(one))

const form = (boundary: string, value = 'whisper-1') => ({
  type: `multipart/form-data; boundary=${boundary}`,
  body: `--${boundary}\r\ncontent-disposition: form-data; name="model"\r\n\r\n${value}\r\n--${boundary}--\r\n`,
})

test.each<[what: string, a: Asked, b: Asked]>([
  [
    'the order of keys and white space',
    { body: '{"a":1,"b":{"c":[1,2],"d":0}}' },
    { body: ' { "b": {"d":0,"c":[1, 2]}, "a": 1.0 }' },
  ],
  ['/v1 or not', { url: '/v1/models' }, { url: '/models' }],
  [
    'the order of query parameters',
    { url: '/files?limit=2&after=b' },
    { url: '/files?after=b&limit=2' },
  ],
  [
    'the key in the query',
    { url: '/files?api-key=secret-one' },
    { url: '/files?api-key=secret-two' },
  ],
  [
    'headers',
    { headers: { authorization: 'Bearer a', 'user-agent': 'x' } },
    { headers: { accept: '*/*' } },
  ],
  [
    'the token of an MCP tool',
    { body: '{"tools":[{"type":"mcp","authorization":"abc"}]}' },
    { body: '{"tools":[{"type":"mcp","authorization":"xyz"}]}' },
  ],
  [
    'a key that stands in the prompt',
    { body: '{"a":"sk-proj-0123456789abcdefghijkl"}' },
    { body: '{"a":"sk-proj-zyxwvutsrqponmlkjihgfe"}' },
  ],
  ["a form's boundary", form('----abc'), form('xyz0123')],
])('%s makes no difference', (_, a, b) => {
  expect(key(a)).toBe(key(b))
})

test.each<[what: string, a: Asked, b: Asked]>([
  ['the method', { method: 'GET' }, { method: 'DELETE' }],
  ['the path', { url: '/v1/models' }, { url: '/v1/files' }],
  ['the query', { url: '/files?limit=2' }, { url: '/files?limit=3' }],
  ['a word of the prompt', { body: '{"a":"x"}' }, { body: '{"a":"y"}' }],
  ['the order of messages', { body: '[1,2]' }, { body: '[2,1]' }],
  ['a number as a text', { body: '{"a":1}' }, { body: '{"a":"1"}' }],
  ['no body', { body: '' }, { body: '{}' }],
  ['a text that looks like JSON', { body: '{"a":1' }, { body: '{"a":1}' }],
  ["a form's field", form('b'), form('b', 'whisper-2')],
])('%s does', (_, a, b) => {
  expect(key(a)).not.toBe(key(b))
})

test('a key is 16 hexadecimal digits and stays the same from version to version', () => {
  expect(key({ body: '{"model":"gpt-4o-mini"}' })).toBe('58d6d73277a9d3dc')
})

test('what is recorded of a request holds no secret and nothing that differs from run to run', () => {
  const secrets = ['my-own-secret-key-1234567890']
  const request = asked({
    url: '/v1/files?token=abcdef&limit=1',
    body: JSON.stringify({ user: secrets[0], client_secret: 'x', note: { password: 'y', max: 1 } }),
    headers: {
      authorization: `Bearer ${secrets[0]}`,
      'openai-organization': 'org-1',
      cookie: 'a=b',
      'user-agent': 'OpenAI/JS',
      'x-stainless-retry-count': '1',
      accept: 'application/json',
      'content-length': '99',
    },
    secrets,
  })
  expect(request).toEqual({
    method: 'POST',
    path: '/files?limit=1&token=redacted',
    headers: {
      authorization: '[redacted]',
      'openai-organization': '[redacted]',
      cookie: '[redacted]',
      accept: 'application/json',
      'content-type': 'application/json',
    },
    body: {
      kind: 'json',
      value: {
        user: '*'.repeat(28),
        client_secret: '[redacted]',
        note: { password: '[redacted]', max: 1 },
      },
    },
  })
})

test('a body that is no text is kept as base64, one that is no JSON as text', () => {
  expect(asked({ type: 'audio/mpeg', body: Buffer.from([0xff, 0xfb]) }).body).toEqual({
    kind: 'base64',
    value: '//s=',
  })
  expect(asked({ type: 'text/plain', body: 'Guten Tag' }).body).toEqual({
    kind: 'text',
    value: 'Guten Tag',
  })
  const deep = '['.repeat(100_000)
  expect(asked({ body: deep }).body).toEqual({ kind: 'text', value: deep })
})

test.each<[recorded: string, asked: string, distance: number, first: object | undefined]>([
  ['{"a":1}', '{"a":1}', 0, undefined],
  ['{"a":1}', '{"a":2}', 1, { where: 'body.a', recorded: '1', asked: '2' }],
  ['{}', '{"a":2}', 1, { where: 'body.a', recorded: undefined, asked: '2' }],
  ['{"a":2}', '{}', 1, { where: 'body.a', recorded: '2', asked: undefined }],
  ['{"toString":1}', '{}', 1, { where: 'body.toString', recorded: '1', asked: undefined }],
  [
    '{"b":[1,2,3],"a":{"c":"x"}}',
    '{"a":{"c":"y"},"b":[1,5]}',
    3,
    { where: 'body.a.c', recorded: '"x"', asked: '"y"' },
  ],
  ['[1]', '{"0":1}', 1, { where: 'body', recorded: '[1]', asked: '{"0":1}' }],
  ['null', '0', 1, { where: 'body', recorded: 'null', asked: '0' }],
])(
  'between %s and %s lie %d differences, the first one being %j',
  (recorded, now, distance, first) => {
    const body = (text: string) => ({ kind: 'json' as const, value: JSON.parse(text) })
    expect(compareBodies(body(recorded), body(now))).toEqual({ distance, first })
  },
)

test('of long texts the first difference is shown, not their beginnings', () => {
  const text = (end: string) => ({ kind: 'text' as const, value: `${'a'.repeat(500)}${end}` })
  const { first } = compareBodies(text(`one${'z'.repeat(99)}`), text('two'))
  expect(first?.recorded).toBe(`…${'a'.repeat(16)}one${'z'.repeat(29)}…`)
  expect(first?.asked).toBe(`…${'a'.repeat(16)}two"`)
})
