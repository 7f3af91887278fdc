import { createHash } from 'node:crypto'
import OpenAI, { toFile } from 'openai'
import { afterAll, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'

const mock = await createMockServer({ seed: 1, logLevel: 'error' })
const lenient = await createMockServer({ seed: 1, lenient: true, logLevel: 'error' })
afterAll(() => Promise.all([mock.close(), lenient.close()]))

const clientOf = ({ url }: { url: string }) =>
  new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0 })
const client = clientOf(mock)

/** What the API says of a call that it refuses. */
async function refusalOf(
  call: () => PromiseLike<unknown>,
): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await Promise.resolve(call()).then(
    () => undefined,
    cause => cause,
  )
  expect(error).toBeInstanceOf(OpenAI.APIError)
  return error
}

async function upload(text: string, name = 'notes.txt', purpose: OpenAI.FilePurpose = 'evals') {
  return client.files.create({ file: await toFile(Buffer.from(text), name), purpose })
}

test('a file is uploaded, told of, read, and deleted', async () => {
  const text = 'Grüße, 世界 🎉\n'
  const file = await upload(text, 'grüße "1".txt')
  expect(file).toEqual({
    object: 'file',
    id: expect.stringMatching(/^file-[A-Za-z0-9]{22}$/),
    purpose: 'evals',
    filename: 'grüße "1".txt',
    bytes: Buffer.byteLength(text),
    created_at: 1_735_689_600,
    expires_at: null,
    status: 'processed',
    status_details: null,
  })
  expect(await client.files.retrieve(file.id)).toEqual(file)
  expect(await client.files.waitForProcessing(file.id)).toEqual(file)
  const content = await client.files.content(file.id)
  expect(await content.text()).toBe(text)
  expect(content.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(content.headers.get('content-disposition')).toBe(
    `attachment; filename="gr__e _1_.txt"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20%221%22.txt`,
  )
  expect(await client.files.delete(file.id)).toEqual({ object: 'file', deleted: true, id: file.id })
  const error = await refusalOf(() => client.files.retrieve(file.id))
  expect([error.status, error.param, error.message]).toEqual([
    404,
    'id',
    `404 No such File object: ${file.id}`,
  ])
})

test('bytes that are no text come back as they were', async () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) >> 4))
  const file = await client.files.create({ file: await toFile(bytes, 'a.png'), purpose: 'vision' })
  const content = await client.files.content(file.id)
  expect(content.headers.get('content-type')).toBe('application/octet-stream')
  expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true)
})

test('a batch file expires after 30 days, and any file when it is told to', async () => {
  const file = await upload('{}', 'a.jsonl', 'batch')
  expect(file.expires_at).toBe(file.created_at + 30 * 86_400)
  const told = await client.files.create({
    file: await toFile(Buffer.from('x'), 'a.txt'),
    purpose: 'user_data',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  })
  expect(told.expires_at).toBe(told.created_at + 3600)
})

test('files are listed by purpose, newest first, page by page', async () => {
  await using own = await createMockServer({ logLevel: 'error' })
  const { files } = clientOf(own)
  const made: string[] = []
  for (const purpose of ['evals', 'vision', 'evals', 'evals'] as const) {
    const file = await toFile(Buffer.from('x'), `${made.length}.txt`)
    made.push((await files.create({ file, purpose })).id)
  }
  const [a, b, c, d] = made
  const idsOf = async (query: OpenAI.FileListParams) =>
    (await files.list(query)).data.map(({ id }) => id)
  expect(await idsOf({})).toEqual([d, c, b, a])
  expect(await idsOf({ order: 'asc', purpose: 'evals' })).toEqual([a, c, d])
  expect(await idsOf({ after: c! })).toEqual([b, a])
  const all: string[] = []
  for await (const { id } of files.list({ limit: 1, purpose: 'evals' })) all.push(id)
  expect(all).toEqual([d, c, a])
  const error = await refusalOf(() => files.list({ limit: 0 }))
  expect(error.message).toBe(
    "400 Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
  )
})

test('what the endpoints of files refuse, they say twice', async () => {
  const form = new FormData()
  form.append('file', new Blob(['x']), 'a.txt')
  form.append('purpose', 'world_domination')
  const headers = { authorization: 'Bearer sk-test' }
  const response = await fetch(`${mock.url}/files`, { method: 'POST', body: form, headers })
  const message =
    "'world_domination' is not one of ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'] - 'purpose'"
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({
    error: { message, type: 'invalid_request_error', param: 'purpose', code: null },
    detail: { message, code: null },
  })
  const missing = await fetch(`${mock.url}/files/fake_id`, { method: 'DELETE', headers })
  expect(missing.status).toBe(404)
  expect(await missing.json()).toEqual({
    error: {
      message: 'No such File object: fake_id',
      type: 'invalid_request_error',
      param: 'id',
      code: null,
    },
    detail: { message: 'No such File object: fake_id', code: null },
  })
})

test('a body that is no form is refused, and so is a form without a file', async () => {
  const json = await refusalOf(() => client.post('/files', { body: { purpose: 'batch' } }))
  expect([json.status, json.code]).toEqual([415, 'unsupported_content_type'])
  const form = new FormData()
  form.append('purpose', 'batch')
  const empty = await refusalOf(() => client.post('/files', { body: form }))
  expect(empty.message).toBe("400 'file' is a required property")
})

test('files for the API to read are not given back', async () => {
  const { id } = await upload('x', 'a.txt', 'assistants')
  const error = await refusalOf(() => client.files.content(id))
  expect(error.message).toBe('400 Not allowed to download files of purpose: assistants')
})

test('an upload in parts becomes a file', async () => {
  const { uploads } = client
  const text = 'one two three'
  const filename = 'long.txt'
  const created = await uploads.create({
    bytes: text.length,
    filename,
    mime_type: 'text/plain',
    purpose: 'evals',
  })
  expect(created).toEqual({
    id: expect.stringMatching(/^upload_[0-9a-f]{32}$/),
    object: 'upload',
    bytes: 13,
    created_at: 1_735_689_600,
    filename,
    purpose: 'evals',
    status: 'pending',
    expires_at: 1_735_693_200,
    file: null,
  })
  const parts = await Promise.all(
    ['one ', 'two ', 'three'].map(async word =>
      uploads.parts.create(created.id, { data: await toFile(Buffer.from(word), 'part') }),
    ),
  )
  expect(parts[0]).toEqual({
    id: expect.stringMatching(/^part_[0-9a-f]{32}$/),
    object: 'upload.part',
    created_at: 1_735_689_600,
    upload_id: created.id,
  })
  const part_ids = parts.map(({ id }) => id)
  const wrong = await refusalOf(() => uploads.complete(created.id, { part_ids: part_ids.slice(1) }))
  expect(wrong.message).toBe(
    '400 The parts have 9 bytes in all, but the upload was created for 13 bytes.',
  )
  const md5 = createHash('md5').update(text).digest('hex')
  const done = await uploads.complete(created.id, { part_ids, md5: md5.toUpperCase() })
  expect(done.status).toBe('completed')
  expect(done.file).toMatchObject({ bytes: 13, filename, purpose: 'evals' })
  expect(await (await client.files.content(done.file!.id)).text()).toBe(text)
  const late = await refusalOf(() => uploads.cancel(created.id))
  expect(late.message).toBe(`400 Upload ${created.id} is completed and can no longer be changed.`)
})

test('a wrong upload is refused in words, and a cancelled one leaves no file', async () => {
  const { uploads } = client
  const body = { bytes: 1, filename: 'a.txt', mime_type: 'text/plain', purpose: 'evals' as const }
  const refused = async (wrong: object) =>
    (await refusalOf(() => uploads.create({ ...body, ...wrong }))).message
  expect(await refused({ bytes: undefined })).toBe("400 Missing required parameter: 'bytes'.")
  expect(await refused({ bytes: 0 })).toContain("Invalid 'bytes': integer below minimum value.")
  expect(await refused({ purpose: 'x' })).toContain("400 Invalid value: 'x'. Supported values are:")
  expect(await refused({ bytes: 2 ** 29 })).toContain('413 The file is too large')
  const before = (await client.files.list()).data.length
  const { id } = await uploads.create(body)
  expect((await uploads.cancel(id)).status).toBe('cancelled')
  const data = await toFile(Buffer.from('x'), 'part')
  const late = await refusalOf(() => uploads.parts.create(id, { data }))
  expect(late.message).toBe(`400 Upload ${id} is cancelled and can no longer be changed.`)
  expect((await client.files.list()).data.length).toBe(before)
  const unknown = await refusalOf(() => uploads.cancel('upload_x'))
  expect([unknown.status, unknown.message]).toEqual([404, '404 No such Upload object: upload_x'])
})

test('a lenient provider knows every file and every upload', async () => {
  const { files, uploads } = clientOf(lenient)
  expect(await files.retrieve('file_id')).toMatchObject({ id: 'file_id', object: 'file' })
  expect(await (await files.content('file_id')).text()).toBe('placeholder\n')
  expect(await files.delete('other_id')).toEqual({ object: 'file', deleted: true, id: 'other_id' })
  expect((await files.list({ limit: 0, purpose: 'purpose' })).data).toEqual([])
  const data = await toFile(Buffer.from('x'), 'x')
  expect(await uploads.parts.create('upload_id', { data })).toMatchObject({
    upload_id: 'upload_id',
  })
  const done = await uploads.complete('upload_id', { part_ids: ['string'], md5: 'md5' })
  expect(done).toMatchObject({ status: 'completed', file: { object: 'file' } })
  const created = await uploads.create({
    bytes: 0,
    filename: 'f',
    mime_type: 'm',
    purpose: 'assistants',
  })
  expect(created.status).toBe('pending')
})
