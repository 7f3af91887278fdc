import { expect, test } from 'vitest'
import { parseFileUpload } from '../../../protocol/file-request.ts'

const file = { name: 'a.jsonl', bytes: Buffer.from('{}') }
const expiry = (anchor: string, seconds: string) => ({ anchor, seconds })

test.each<[string, object, number | undefined]>([
  ['a batch goes after 30 days', { purpose: 'batch' }, 2_592_000],
  ['anything else stays', { purpose: 'user_data' }, undefined],
  [
    'until it is said otherwise',
    { purpose: 'batch', expires_after: expiry('created_at', '3600') },
    3600,
  ],
])('%s', (_, fields, expiresAfterS) => {
  expect(parseFileUpload(fields, file)).toMatchObject({ filename: 'a.jsonl', expiresAfterS })
})

test.each<[object, string, string | null]>([
  [{}, "'purpose' is a required property", null],
  [
    { purpose: 'world_domination' },
    "'world_domination' is not one of ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'] - 'purpose'",
    'purpose',
  ],
  [{ purpose: ['a', 'b'] }, "['a', 'b'] is not of type 'string' - 'purpose'", null],
  [
    { purpose: 'batch', expires_after: 'soon' },
    "'soon' is not of type 'object' - 'expires_after'",
    null,
  ],
  [
    { purpose: 'batch', expires_after: expiry('last_active_at', '3600') },
    "'last_active_at' is not one of ['created_at'] - 'expires_after.anchor'",
    null,
  ],
  [
    { purpose: 'batch', expires_after: expiry('created_at', 'soon') },
    "'soon' is not of type 'integer' - 'expires_after.seconds'",
    null,
  ],
  [
    { purpose: 'batch', expires_after: expiry('created_at', '60') },
    "60 is less than the minimum of 3600 - 'expires_after.seconds'",
    null,
  ],
  [
    { purpose: 'batch', expires_after: expiry('created_at', '2592001') },
    "2592001 is greater than the maximum of 2592000 - 'expires_after.seconds'",
    null,
  ],
])('%j is refused', (fields, message, param) => {
  expect(() => parseFileUpload(fields, file)).toThrow(
    expect.objectContaining({ status: 400, message, param }),
  )
})

test('a form without a file is refused, and so is a batch that is not JSON lines', () => {
  expect(() => parseFileUpload({ purpose: 'batch' }, undefined)).toThrow(
    "'file' is a required property",
  )
  const text = { ...file, name: 'a.txt' }
  expect(() => parseFileUpload({ purpose: 'batch' }, text)).toThrow(
    'Invalid file format for Batch API. Must be .jsonl',
  )
  expect(() => parseFileUpload({ purpose: 'fine-tune' }, text)).toThrow(
    'Invalid file format for Fine-Tuning API. Must be .jsonl',
  )
})

test('a lenient provider takes any purpose, any name and any expiry', () => {
  const fields = { purpose: 'x', expires_after: { anchor: 'y', seconds: '1' } }
  expect(parseFileUpload(fields, { ...file, name: 'a' }, true)).toMatchObject({
    purpose: 'x',
    filename: 'a',
    expiresAfterS: 1,
  })
})
