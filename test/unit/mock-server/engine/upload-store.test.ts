import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { createFileStore } from '../../../../mock-server/engine/file-store.ts'
import { createUploadStore } from '../../../../mock-server/engine/upload-store.ts'

function createTestStore({ maxPartBytes = 1000, maxUploads = 10, lenient = false } = {}) {
  const clock = createManualClock()
  const created = () => Math.floor(clock.wallMs() / 1000)
  let ids = 0
  const files = createFileStore({
    clock,
    created,
    newId: () => `file-${++ids}`,
    maxFiles: 100,
    maxBytes: 500,
  })
  const uploads = createUploadStore({
    clock,
    created,
    newId: () => `upload_${++ids}`,
    newPartId: () => `part_${++ids}`,
    files,
    md5: bytes => createHash('md5').update(bytes).digest('hex'),
    maxUploads,
    maxPartBytes,
    lenient,
  })
  const create = (bytes: number) =>
    uploads.create({ bytes, filename: 'a.txt', purpose: 'user_data', expiresAfterS: undefined })
  const part = (id: string, text: string) => uploads.addPart(id, Buffer.from(text)).id
  return { clock, files, uploads, create, part }
}

const md5OfAbc = '900150983cd24fb0d6963f7d28e17f72'
const complete = (partIds: string[], md5?: string) => ({ partIds, md5 })

test('parts become a file in the order that is named, and those not named are left out', () => {
  const { files, uploads, create, part } = createTestStore()
  const upload = create(3)
  expect(JSON.stringify(upload)).toBe(
    '{"id":"upload_1","object":"upload","bytes":3,"created_at":1735689600,"filename":"a.txt",' +
      '"purpose":"user_data","status":"pending","expires_at":1735693200,"file":null}',
  )
  const [c, ab, stray] = [part('upload_1', 'c'), part('upload_1', 'ab'), part('upload_1', 'x')]
  expect(stray).toBe('part_4')
  const done = uploads.complete('upload_1', complete([ab, c], md5OfAbc))
  expect(done).toMatchObject({
    status: 'completed',
    file: { object: 'file', id: 'file-5', bytes: 3, filename: 'a.txt', purpose: 'user_data' },
  })
  expect(files.get('file-5')!.bytes.toString()).toBe('abc')
})

test.each<[string, number, string[], string | undefined, string]>([
  [
    'a size that differs',
    4,
    ['part_2'],
    undefined,
    'The parts have 3 bytes in all, but the upload was created for 4 bytes.',
  ],
  ['a part that is unknown', 3, ['part_x'], undefined, 'No such Part object: part_x'],
  [
    'a checksum that differs',
    3,
    ['part_2'],
    'abc',
    `The parts have the MD5 checksum ${md5OfAbc}, but abc was given.`,
  ],
  [
    'a part named too often',
    3,
    new Array(200).fill('part_2'),
    undefined,
    'The file is too large: it has 600 bytes, and 500 bytes is the most that can be stored.',
  ],
])('%s is refused, leaves no file, and the upload goes on', (_, bytes, partIds, md5, message) => {
  const { files, uploads, create, part } = createTestStore()
  create(bytes)
  part('upload_1', 'abc')
  expect(() => uploads.complete('upload_1', complete(partIds, md5))).toThrow(message)
  expect(files.all()).toEqual([])
  expect(part('upload_1', 'x')).toBe('part_3')
})

test('an upload that is over takes no more parts, and is neither completed nor cancelled', () => {
  const { clock, uploads, create, part } = createTestStore()
  create(1)
  uploads.complete('upload_1', complete([part('upload_1', 'x')]))
  const cancelled = create(1)
  expect(uploads.cancel(cancelled.id).status).toBe('cancelled')
  expect(uploads.cancel(cancelled.id).status).toBe('cancelled')
  const late = create(1)
  clock.advance(3_600_000)
  for (const [id, status] of [
    ['upload_1', 'completed'],
    [cancelled.id, 'cancelled'],
    [late.id, 'expired'],
  ] as const) {
    const message = `Upload ${id} is ${status} and can no longer be changed.`
    expect(() => part(id, 'y')).toThrow(message)
    expect(() => uploads.complete(id, complete(['part_2']))).toThrow(message)
    if (status !== 'cancelled') expect(() => uploads.cancel(id)).toThrow(message)
  }
})

test('an unknown upload is 404', () => {
  const { uploads, part } = createTestStore()
  for (const act of [() => part('upload_x', ''), () => uploads.cancel('upload_x')]) {
    expect(act).toThrow(
      expect.objectContaining({ status: 404, message: 'No such Upload object: upload_x' }),
    )
  }
})

test('the parts of pending uploads share one bound, and give their room back however they end', () => {
  const { clock, uploads, create, part } = createTestStore({ maxPartBytes: 10, maxUploads: 3 })
  const full = () =>
    expect(() => part(last, 'x')).toThrow(
      'the parts of all pending uploads may have 10 bytes together',
    )
  let last = create(10).id
  const whole = part(last, '0123456789')
  full()
  uploads.complete(last, complete([whole]))
  last = create(10).id
  part(last, '0123456789')
  full()
  uploads.cancel(last)
  last = create(10).id
  part(last, '0123456789')
  full()
  clock.advance(3_600_000)
  last = create(10).id
  part(last, '0123456789')
  full()
  for (let i = 0; i < 3; i++) last = create(10).id
  expect(part(last, '0123456789')).toMatch(/^part_/)
})

test('a lenient provider makes up uploads and parts, and takes any size', () => {
  const { uploads } = createTestStore({ lenient: true })
  expect(uploads.addPart('upload_abc', Buffer.from('x'))).toMatchObject({ upload_id: 'upload_abc' })
  expect(uploads.complete('upload_abc', complete(['string'], 'md5'))).toMatchObject({
    id: 'upload_abc',
    status: 'completed',
    file: { bytes: 0 },
  })
  expect(uploads.cancel('upload_xyz').status).toBe('cancelled')
})
