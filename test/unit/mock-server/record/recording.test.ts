import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRecording } from '../../../../mock-server/record/parse-recording.ts'
import {
  printRecording,
  type Recording,
  RecordingError,
} from '../../../../mock-server/record/recording.ts'

const small: Recording = {
  request: {
    method: 'POST',
    path: '/chat/completions',
    headers: { authorization: '[redacted]', 'content-type': 'application/json' },
    body: { kind: 'json', value: { model: 'gpt-4o-mini', messages: [] } },
  },
  response: { atMs: 212.4, status: 200, headers: { 'content-type': 'text/event-stream' } },
  chunks: [
    { atMs: 350.1, bytes: Buffer.from('data: {"wörd":1}\n\n') },
    { atMs: 371.9, bytes: Buffer.from([0xc3]) },
  ],
  endMs: 371.9,
}

test('a recording is a line for the request, one for the answer, one for each chunk and one for the end', () => {
  expect(printRecording(small)).toBe(
    `{"recording":1,"request":{"method":"POST","path":"/chat/completions","headers":{"authorization":"[redacted]","content-type":"application/json"},"json":{"model":"gpt-4o-mini","messages":[]}}}
{"response":{"atMs":212.4,"status":200,"headers":{"content-type":"text/event-stream"}}}
{"atMs":350.1,"data":"data: {\\"wörd\\":1}\\n\\n"}
{"atMs":371.9,"base64":"ww=="}
{"endMs":371.9}
`,
  )
})

const token = fc.stringMatching(/^[a-z][a-z-]{0,8}$/)
const headers = fc.dictionary(
  token,
  fc.oneof(token, fc.array(token, { minLength: 1, maxLength: 2 })),
)
const body = fc.oneof(
  fc.constant(undefined),
  fc
    .jsonValue()
    .map(value => ({ kind: 'json' as const, value: JSON.parse(JSON.stringify(value)) })),
  fc.string({ unit: 'binary' }).map(value => ({ kind: 'text' as const, value })),
  fc.uint8Array().map(bytes => ({
    kind: 'base64' as const,
    value: Buffer.from(bytes).toString('base64'),
  })),
)
const recordings = fc
  .record({
    request: fc.record({
      method: fc.constantFrom('GET', 'POST', 'DELETE'),
      path: token.map(name => `/${name}`),
      headers,
      body,
    }),
    status: fc.integer({ min: 200, max: 599 }),
    headers,
    gapsMs: fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 2, maxLength: 12 }),
    bytes: fc.uint8Array({ minLength: 12, maxLength: 60 }),
  })
  .map(({ request, status, headers: answered, gapsMs, bytes }): Recording => {
    let us = 0
    const times = gapsMs.map(gap => {
      us += gap
      return us / 1000
    })
    const size = Math.floor(bytes.length / gapsMs.length)
    const chunks = times.slice(1).map((atMs, i) => ({
      atMs,
      bytes: Buffer.from(bytes.subarray(i * size, (i + 1) * size)),
    }))
    const response = { atMs: times[0]!, status, headers: answered }
    return { request, response, chunks, endMs: times.at(-1)! }
  })

test('what was printed is read back to the byte and the microsecond', () => {
  fc.assert(
    fc.property(recordings, recording => {
      expect(parseRecording(printRecording(recording), 'a.jsonl')).toEqual(recording)
    }),
    { numRuns: 150 },
  )
})

const lines = printRecording(small).trimEnd().split('\n')
const [request = '', response = '', chunk = ''] = lines
const textWith = (change: (own: string[]) => void) => {
  const own = [...lines]
  change(own)
  return `${own.join('\n')}\n`
}

test.each<[what: string, text: string, error: string]>([
  ['nothing', '', '1:1: the file ends where {"recording":1,"request":…} must come'],
  ['no JSON', textWith(own => own.splice(2, 1, '{"atMs":1,,}')), '3:11: this is no JSON'],
  ['JSON that breaks off', '{"recording":1', '1:15: this is no JSON'],
  ['a list', '[]', '1:1: every line is a JSON object'],
  ['another beginning', '{"hello":1}', '1:1: a recording begins with {"recording":1,"request":…}'],
  [
    'a later version',
    request.replace('"recording":1', '"recording":2'),
    '1:2: a newer version has written this recording',
  ],
  [
    'a method in small letters',
    request.replace('POST', 'post'),
    '1:27: "method" is a method such as "POST"',
  ],
  [
    'a path that is a URL',
    request.replace('"/chat', '"http://x/chat'),
    '1:43: "path" is a path such as "/chat/completions"',
  ],
  [
    'two bodies',
    request.replace('"json"', '"text":"a","json"'),
    '1:145: a body is one of "json", "text" and "base64"',
  ],
  ['no answer', `${request}\n`, '2:1: the file ends where {"response":…} must come'],
  [
    'a status that is none',
    textWith(own => own.splice(1, 1, response.replace('200', '99'))),
    '2:27: "status" is a number from 200 to 599',
  ],
  [
    'a header that would smuggle another',
    textWith(own => own.splice(1, 1, response.replace('text/event-stream', 'a\\r\\nb: c'))),
    '2:51: a header is a text on one line, or a list of such',
  ],
  [
    'a header named in capitals',
    textWith(own => own.splice(1, 1, response.replace('content-type', 'Content-Type'))),
    '2:51: a header is named in lower case',
  ],
  [
    'a chunk before the one before it',
    textWith(own => own.splice(2, 1, chunk.replace('350.1', '200'))),
    '3:2: "atMs" is a number of ms from 212.4 on, as times only grow',
  ],
  [
    'an empty chunk',
    textWith(own => own.splice(2, 1, '{"atMs":350,"data":""}')),
    '3:13: "data" is a text that is not empty',
  ],
  [
    'a chunk of neither kind',
    textWith(own => own.splice(2, 1, '{"atMs":350}')),
    '3:1: a chunk has "data" or "base64"; the last line is {"endMs":…}',
  ],
  [
    'base64 that is none',
    textWith(own => own.splice(3, 1, '{"atMs":371.9,"base64":"w*"}')),
    '4:15: this is no base64',
  ],
  ['no end', textWith(own => own.pop()), '5:1: the file ends where {"endMs":…} must come'],
  [
    'something after the end',
    textWith(own => own.push(chunk)),
    '6:1: nothing may come after the line with "endMs"',
  ],
])('%s is no recording, and the error says where and why', (_, text, error) => {
  const read = () => parseRecording(text, 'dir/a.jsonl')
  expect(read).toThrow(RecordingError)
  expect(read).toThrow(new RegExp(`^${escaped(`dir/a.jsonl:${error}`)}$`))
})

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

test('a recording cut after any byte is told from a whole one', () => {
  const whole = printRecording(small)
  for (let length = 0; length < whole.length - 1; length++) {
    expect(() => parseRecording(whole.slice(0, length), 'a'), `${length}`).toThrow(RecordingError)
  }
})
