import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Form, readForm } from '../../../../mock-server/http/read-form.ts'
import type { ApiError } from '../../../../protocol/errors/api-error.ts'

const MAX_BYTES = 2_000_000

interface Read {
  readonly error: ApiError | undefined
  readonly form: Form | undefined
}
let reads: Read[] = []
let requests: IncomingMessage[] = []
const server = createServer((request, response) => {
  requests.push(request)
  readForm(request, MAX_BYTES, (error, form) => {
    reads.push({ error, form })
    response.writeHead(error?.status ?? 200).end()
  })
})
let url = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Posts a body and gives what was read of it; fails when the callback came twice. */
async function post(body: FormData | string | Buffer, type?: string): Promise<Read> {
  reads = []
  const response = await fetch(url, {
    method: 'POST',
    body,
    ...(type === undefined ? {} : { headers: { 'content-type': type } }),
  })
  await response.arrayBuffer()
  expect(reads.length).toBe(1)
  return reads[0]!
}

const BOUNDARY = 'x-boundary'
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`
/** A form's text from the text of its parts; `end` is what follows the last. */
function formText(parts: readonly string[], end = `--${BOUNDARY}--\r\n`): string {
  return parts.map(part => `--${BOUNDARY}\r\n${part}\r\n`).join('') + end
}
const field = (name: string, value: string) =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`

function formWith(...pairs: readonly (readonly [string, string | File])[]): FormData {
  const form = new FormData()
  for (const [name, value] of pairs) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value)
  }
  return form
}

test('fields and files come as the SDKs send them', async () => {
  const { error, form } = await post(
    formWith(
      ['purpose', 'batch'],
      ['expires_after[anchor]', 'created_at'],
      ['expires_after[seconds]', '3600'],
      ['include[]', 'logprobs'],
      ['prompt', 'Grüße, 世界 🎉'],
      ['file', new File(['{"a":1}\n'], 'wörter.jsonl', { type: 'application/jsonl' })],
      ['image[]', new File([Buffer.from([0, 1, 255])], 'a.png', { type: 'image/png' })],
      ['image[]', new File([], 'b.png', { type: 'image/png' })],
    ),
  )
  expect(error).toBe(undefined)
  expect(JSON.parse(JSON.stringify(form!.fields))).toEqual({
    purpose: 'batch',
    expires_after: { anchor: 'created_at', seconds: '3600' },
    include: ['logprobs'],
    prompt: 'Grüße, 世界 🎉',
  })
  expect([...form!.files]).toEqual([
    [
      'file',
      [{ name: 'wörter.jsonl', type: 'application/jsonl', bytes: Buffer.from('{"a":1}\n') }],
    ],
    [
      'image',
      [
        { name: 'a.png', type: 'image/png', bytes: Buffer.from([0, 1, 255]) },
        { name: 'b.png', type: 'image/png', bytes: Buffer.alloc(0) },
      ],
    ],
  ])
  expect(form!.length).toBeGreaterThan(800)
  expect(form!.length).toBe(Number(requests.at(-1)!.headers['content-length']))
})

test('a file of a megabyte of any bytes comes out as it went in', async () => {
  const bytes = Buffer.from(Array.from({ length: 2 ** 20 }, (_, i) => (i * 7919) >> 3))
  const { form } = await post(formWith(['file', new File([bytes], 'a.bin')]))
  expect(form!.files.get('file')![0]!.bytes.equals(bytes)).toBe(true)
})

test('a file name loses its path', async () => {
  const part = `Content-Disposition: form-data; name="file"; filename="../../etc/pass wd"\r\n\r\nx`
  const { form } = await post(formText([part]), MULTIPART)
  expect(form!.files.get('file')![0]!.name).toBe('pass wd')
})

test('a form without parts has no fields and no files', async () => {
  const { form } = await post(formText([]), MULTIPART)
  expect(Object.keys(form!.fields)).toEqual([])
  expect(form!.files.size).toBe(0)
})

test.each([
  ['application/json', '{}'],
  ['application/x-www-form-urlencoded', 'a=1'],
  ['multipart/mixed; boundary=x', ''],
])('%s is refused by its name', async (type, body) => {
  const { error } = await post(body, type)
  expect(error).toMatchObject({ status: 415, code: 'unsupported_content_type' })
  expect(error!.message).toContain(
    `Unsupported content type: '${type}'. This API method only accepts 'multipart/form-data' requests`,
  )
})

test('a long field comes whole up to a megabyte', async () => {
  const { form } = await post(formWith(['a', 'x'.repeat(2 ** 20)]))
  expect((form!.fields.a as string).length).toBe(2 ** 20)
})

test.each<[string, string, string]>([
  ['no boundary in the header', '', 'the Content-Type header names no boundary'],
  ['no end', formText([field('a', '1')], ''), 'it ended before its last boundary'],
  [
    'an end in the middle of a file',
    '--x-boundary\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nabc',
    'it ended before its last boundary',
  ],
  [
    'an end in the middle of a header',
    '--x-boundary\r\nContent-Disp',
    'it ended before its last boundary',
  ],
  ['garbage', 'what is this?', 'it ended before its last boundary'],
  ['nothing', '', 'it ended before its last boundary'],
  [
    'a part without a name',
    formText(['Content-Disposition: form-data\r\n\r\n1']),
    'a part has no field name',
  ],
  [
    'a long name',
    formText([field('n'.repeat(600), '1')]),
    'a field name is longer than 512 characters',
  ],
  [
    'a long file name',
    formText([`Content-Disposition: form-data; name="f"; filename="${'n'.repeat(600)}"\r\n\r\n1`]),
    'a file name is longer than 512 characters',
  ],
  [
    'a contradiction',
    formText([field('a', '1'), field('a[b]', '2')]),
    "the field 'a[b]' contradicts the fields before it",
  ],
  [
    'a long field',
    formText([field('a', 'x'.repeat(2 ** 20 + 1))]),
    "the field 'a' is longer than 1048576 bytes",
  ],
  [
    'many parts',
    formText(Array.from({ length: 1001 }, () => field('a[]', '1'))),
    'it has more than 1000 parts',
  ],
])('%s is refused in words', async (name, body, why) => {
  const type = name.startsWith('no boundary') ? 'multipart/form-data' : MULTIPART
  const { error, form } = await post(body, type)
  expect(error!.message).toBe(`Could not parse multipart form: ${why}.`)
  expect(error!.status).toBe(400)
  expect(form).toBe(undefined)
})

test('too many bytes are refused, whether their number is said before or not', async () => {
  const form = formWith(['file', new File([Buffer.alloc(MAX_BYTES)], 'a.bin')])
  const said = await post(form)
  expect(said.error).toMatchObject({ status: 413, code: 'request_too_large' })
  reads = []
  const bytes = Buffer.from(await new Response(form).arrayBuffer())
  const response = await fetch(url, {
    method: 'POST',
    body: new Blob([bytes]).stream(),
    headers: { 'content-type': MULTIPART },
    duplex: 'half',
  } as RequestInit)
  expect(response.status).toBe(413)
  expect(reads.map(({ error }) => error?.status)).toEqual([413])
})

test('a client that goes away is not waited for', async () => {
  reads = []
  requests = []
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${MULTIPART}\r\ncontent-length: 1000\r\n\r\n` +
      formText([field('a', '1')], `--${BOUNDARY}--`),
  )
  while (requests.length === 0) await new Promise(resolve => setImmediate(resolve))
  const closed = once(requests[0]!, 'close')
  socket.destroy()
  await closed.catch(() => {})
  await new Promise(resolve => setImmediate(resolve))
  expect(reads.length).toBe(0)
})

test('whatever the bytes are, the callback comes once', async () => {
  const piece = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        `--${BOUNDARY}`,
        `\r\n--${BOUNDARY}\r\n`,
        `\r\n--${BOUNDARY}--`,
        '--',
        '\r\n',
        '\r\n\r\n',
        '\r',
        ':',
        ';',
        '=',
        '"',
      ),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'Content-Disposition: form-data; name="a"',
        '; filename="b"',
        'Content-Type: application/octet-stream',
        'Content-Type: text/plain; charset=klingon',
        'Content-Disposition: attachment',
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom('a[', 'name="__proto__"', '\0', 'ÿ') },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async pieces => {
      const { error, form } = await post(pieces.join(''), MULTIPART)
      expect(error === undefined).toBe(form !== undefined)
      if (error) expect(error.status).toBe(400)
    }),
    { numRuns: 120 },
  )
})
