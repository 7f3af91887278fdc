import { expect, test } from 'vitest'
import { parseDistribution } from '../../../../../base/distribution.ts'
import { createManualClock } from '../../../../../base/manual-clock.ts'
import { createRandom } from '../../../../../base/random.ts'
import type { Dispatch } from '../../../../../mock-server/engine/batches/run.ts'
import { createBatchStore } from '../../../../../mock-server/engine/batches/store.ts'
import { createFileStore } from '../../../../../mock-server/engine/file-store.ts'
import { become, newBatch } from '../../../../../protocol/batch-object.ts'
import type { BatchAnswer } from '../../../../../protocol/batch-result.ts'

const endpoint = '/v1/chat/completions'
const line = (customId: string, model = 'gpt-4o-mini') =>
  JSON.stringify({ custom_id: customId, method: 'POST', url: endpoint, body: { model, n: 1 } })
const answerOf = (status: number): BatchAnswer => ({
  status,
  requestId: 'req_1',
  body: status === 200 ? { usage: { prompt_tokens: 2, completion_tokens: 1 } } : { error: {} },
})

interface Sent {
  readonly body: string
  readonly atMs: number
  readonly signal: AbortSignal
  answer(answer: BatchAnswer): Promise<void>
  fail(error: Error): Promise<void>
}

/** Long enough for what was resolved to be seen. */
const settle = () => new Promise<void>(resolve => setImmediate(resolve))

/** `auto`: what each request is answered at once; without it the test answers. */
function createTestStore({
  time = '10s',
  auto,
  maxBytes = 100_000,
  maxBatches = 100,
  lenient = false,
}: {
  time?: string
  auto?: number
  maxBytes?: number
  maxBatches?: number
  lenient?: boolean
} = {}) {
  const clock = createManualClock()
  const created = () => Math.floor(clock.wallMs() / 1000)
  let ids = 0
  const files = createFileStore({
    clock,
    created,
    newId: () => `file-${++ids}`,
    maxFiles: 100,
    maxBytes,
  })
  const batches = createBatchStore({
    clock,
    created,
    files,
    random: createRandom(1, 'test'),
    time: () => parseDistribution(time, 'ms')!,
    maxBatches,
    lenient,
  })
  const sent: Sent[] = []
  let inFlight = 0
  let mostInFlight = 0
  const dispatch: Dispatch = ({ body, signal, method, path }) => {
    expect([method, path]).toEqual(['POST', endpoint])
    inFlight++
    mostInFlight = Math.max(mostInFlight, inFlight)
    return new Promise<BatchAnswer>((resolve, reject) => {
      sent.push({
        body,
        atMs: clock.nowMs(),
        signal,
        answer(answer) {
          resolve(answer)
          return settle()
        },
        fail(error) {
          reject(error)
          return settle()
        },
      })
      if (auto !== undefined) resolve(answerOf(auto))
    }).finally(() => inFlight--)
  }
  const request = {
    endpoint,
    completion_window: '24h',
    metadata: { a: 'b' },
    outputExpiresAfterS: 3600,
  }
  function create(text: string, purpose = 'batch'): string {
    const bytes = Buffer.from(text)
    const file = files.add({ filename: 'a.jsonl', purpose, expiresAfterS: undefined, bytes })
    return batches.create({ ...request, input_file_id: file.object.id }, file, dispatch).id
  }
  async function advance(ms: number): Promise<void> {
    clock.advance(ms)
    await settle()
  }
  const linesOf = (id: string | null) =>
    files
      .get(id!)!
      .bytes.toString()
      .trim()
      .split('\n')
      .map(text => JSON.parse(text))
  return { clock, files, batches, sent, create, advance, linesOf, most: () => mostInFlight }
}

const START_S = 1_735_689_600

test('a batch goes from validating to completed in its time, its requests spread over it', async () => {
  const { clock, batches, sent, create, advance, linesOf, files } = createTestStore({ auto: 200 })
  const id = create([line('a'), line('b'), line('c'), line('d')].join('\n'))
  expect(JSON.stringify(batches.get(id))).toBe(
    `{"id":"${id}","object":"batch","endpoint":"/v1/chat/completions","model":null,"errors":null,` +
      '"input_file_id":"file-1","completion_window":"24h","status":"validating","output_file_id":null,' +
      `"error_file_id":null,"created_at":${START_S},"in_progress_at":null,"expires_at":${START_S + 86_400},` +
      '"finalizing_at":null,"completed_at":null,"failed_at":null,"expired_at":null,"cancelling_at":null,' +
      '"cancelled_at":null,"request_counts":{"total":0,"completed":0,"failed":0},"usage":{"input_tokens":0,' +
      '"input_tokens_details":{"cached_tokens":0},"output_tokens":0,"output_tokens_details":' +
      '{"reasoning_tokens":0},"total_tokens":0},"metadata":{"a":"b"}}',
  )
  expect(id).toMatch(/^batch_[0-9a-f]{32}$/)
  await advance(999)
  expect(batches.get(id).status).toBe('validating')
  await advance(1)
  expect(batches.get(id)).toMatchObject({
    status: 'in_progress',
    in_progress_at: START_S + 1,
    model: 'gpt-4o-mini-2024-07-18',
    request_counts: { total: 4, completed: 0, failed: 0 },
  })
  await advance(4000)
  expect(batches.get(id).request_counts).toEqual({ total: 4, completed: 2, failed: 0 })
  await advance(2000)
  await advance(2000)
  expect(sent.map(({ atMs }) => atMs)).toEqual([3000, 5000, 7000, 9000])
  expect(sent[0]!.body).toBe('{"model":"gpt-4o-mini","n":1}')
  expect(batches.get(id)).toMatchObject({ status: 'finalizing', finalizing_at: START_S + 9 })
  await advance(1000)
  const done = batches.get(id)
  expect(done).toMatchObject({
    status: 'completed',
    completed_at: START_S + 10,
    error_file_id: null,
    usage: { input_tokens: 8, output_tokens: 4, total_tokens: 12 },
  })
  expect(files.get(done.output_file_id!)!.object).toMatchObject({
    purpose: 'batch_output',
    filename: `${id}_output.jsonl`,
    expires_at: START_S + 10 + 3600,
  })
  const results = linesOf(done.output_file_id)
  expect(results.map(({ custom_id }) => custom_id)).toEqual(['a', 'b', 'c', 'd'])
  expect(results[0]).toEqual({
    id: expect.stringMatching(/^batch_req_[0-9a-f]{32}$/),
    custom_id: 'a',
    response: { status_code: 200, request_id: 'req_1', body: answerOf(200).body },
    error: null,
  })
  expect(new Set(results.map(result => result.id)).size).toBe(4)
  expect(clock.pending).toBe(0)
})

test('answers of other statuses, and none at all, go to the file of errors', async () => {
  const { batches, sent, create, advance, linesOf } = createTestStore()
  const id = create([line('a'), line('b'), line('c')].join('\n'))
  await advance(1000)
  await advance(8000)
  await sent[2]!.answer(answerOf(200))
  await sent[1]!.fail(new Error('no route'))
  await sent[0]!.answer(answerOf(400))
  await advance(1000)
  const done = batches.get(id)
  expect(done.request_counts).toEqual({ total: 3, completed: 1, failed: 2 })
  expect(linesOf(done.output_file_id)).toMatchObject([{ custom_id: 'c', error: null }])
  expect(linesOf(done.error_file_id)).toMatchObject([
    { custom_id: 'a', response: { status_code: 400, body: { error: {} } }, error: null },
    { custom_id: 'b', response: null, error: { code: 'request_failed' } },
  ])
})

test('an input that is wrong fails the batch, and sends nothing', async () => {
  const { clock, batches, sent, create, advance } = createTestStore({ auto: 200 })
  const id = create(`${line('a')}\n${line('a')}\nx`)
  await advance(1000)
  expect(batches.get(id)).toMatchObject({
    status: 'failed',
    failed_at: START_S + 1,
    errors: {
      object: 'list',
      data: [
        { code: 'duplicate_custom_id', line: 2, param: 'custom_id' },
        { code: 'invalid_json_line', line: 3, param: null },
      ],
    },
    request_counts: { total: 0, completed: 0, failed: 0 },
    output_file_id: null,
  })
  expect(sent).toEqual([])
  expect(clock.pending).toBe(0)
})

test('a large input is read in slices, between which others have their turn', async () => {
  const { clock, batches, create, advance } = createTestStore({ time: '0s', maxBytes: 10_000_000 })
  const many = Array.from({ length: 10_000 }, (_, i) => line(`request-${i}`)).join('\n')
  const slices = Math.ceil(many.length / (256 * 1024))
  expect(slices).toBeGreaterThan(4)
  const { after } = clock
  let turns = 0
  clock.after = (delayMs, callback) => {
    turns++
    return after(delayMs, callback)
  }
  const id = create(many)
  await advance(0)
  expect(batches.get(id).request_counts.total).toBe(10_000)
  expect(turns).toBe(slices + 1) // one after each slice, and one for the day's end
  batches.close()
})

test('no more than 32 requests are in flight at once', async () => {
  const { batches, sent, create, advance, most } = createTestStore({ time: '0s' })
  const id = create(Array.from({ length: 100 }, (_, i) => line(`${i}`)).join('\n'))
  await advance(0)
  expect(sent.length).toBe(32)
  for (let i = 0; i < 100; i++) await sent[i]!.answer(answerOf(200))
  await advance(0)
  expect(most()).toBe(32)
  expect(batches.get(id)).toMatchObject({ status: 'completed', request_counts: { completed: 100 } })
})

test('a cancelled batch waits for what is in flight, and tells of the rest why it has no answer', async () => {
  const { clock, batches, sent, create, advance, linesOf } = createTestStore()
  const id = create([line('a'), line('b'), line('c'), line('d')].join('\n'))
  await advance(1000)
  await advance(4000)
  await sent[0]!.answer(answerOf(200))
  expect(batches.cancel(id)).toMatchObject({ status: 'cancelling', cancelling_at: START_S + 5 })
  expect(batches.cancel(id).status).toBe('cancelling')
  await advance(60_000)
  expect(batches.get(id).status).toBe('cancelling')
  expect(sent.length).toBe(2)
  await sent[1]!.answer(answerOf(200))
  const done = batches.get(id)
  expect(done).toMatchObject({
    status: 'cancelled',
    cancelled_at: START_S + 65,
    request_counts: { total: 4, completed: 2, failed: 0 },
  })
  expect(linesOf(done.output_file_id).map(result => result.custom_id)).toEqual(['a', 'b'])
  expect(linesOf(done.error_file_id)).toMatchObject([
    { custom_id: 'c', response: null, error: { code: 'batch_cancelled' } },
    { custom_id: 'd', response: null, error: { code: 'batch_cancelled' } },
  ])
  expect(clock.pending).toBe(0)
  expect(() => batches.cancel(id)).toThrow(
    expect.objectContaining({
      status: 409,
      message: "Cannot cancel a batch with status 'cancelled'.",
    }),
  )
})

test('one cancelled before it was validated has no results', async () => {
  const { batches, create, advance, sent } = createTestStore()
  const id = create(line('a'))
  batches.cancel(id)
  await advance(1000)
  expect(batches.get(id)).toMatchObject({
    status: 'cancelled',
    output_file_id: null,
    error_file_id: null,
    in_progress_at: null,
  })
  expect(sent).toEqual([])
})

test('after a day a batch expires, with the results it has', async () => {
  const { batches, sent, create, advance, linesOf } = createTestStore({ time: '30h' })
  const id = create([line('a'), line('b'), line('c')].join('\n'))
  for (let hours = 0; hours < 20; hours++) await advance(3_600_000)
  await sent[0]!.answer(answerOf(200))
  await advance(4 * 3_600_000)
  const done = batches.get(id)
  expect(done).toMatchObject({ status: 'expired', expired_at: START_S + 86_400 })
  expect(linesOf(done.output_file_id)).toMatchObject([{ custom_id: 'a' }])
  expect(linesOf(done.error_file_id)).toMatchObject([
    { custom_id: 'b', error: { code: 'batch_expired' } },
    { custom_id: 'c', error: { code: 'batch_expired' } },
  ])
  expect(sent[1]!.signal.aborted).toBe(true)
})

test('closing stops every batch: requests are aborted, no timer is left, late answers are dropped', async () => {
  const { clock, batches, sent, create, advance } = createTestStore()
  const ids = [create(line('a')), create(line('b'))]
  const runs = ids.map(id => () => batches.get(id))
  await advance(9000)
  expect(sent.length).toBe(2)
  batches.close()
  expect(sent.map(({ signal }) => signal.aborted)).toEqual([true, true])
  expect(clock.pending).toBe(0)
  await sent[0]!.answer(answerOf(200))
  expect(runs[0]).toThrow("No batch found with id '")
})

test('answers that are too large together are told of, not kept', async () => {
  const { batches, sent, create, advance, linesOf } = createTestStore({ maxBytes: 20_000 })
  const id = create([line('a'), line('b'), line('c')].join('\n'))
  await advance(9000)
  await advance(0)
  for (const request of sent) await request.answer({ ...answerOf(200), body: 'x'.repeat(4500) })
  await advance(1000)
  const done = batches.get(id)
  expect(done.request_counts).toEqual({ total: 3, completed: 2, failed: 1 })
  expect(linesOf(done.error_file_id)).toMatchObject([
    { custom_id: 'c', error: { code: 'output_too_large' } },
  ])
})

test('a file for something else is refused, and an unknown batch is 404', () => {
  const { batches, create } = createTestStore()
  expect(() => create(line('a'), 'user_data')).toThrow(
    "Invalid input file: file-1 has the purpose 'user_data'. Expected a file with the purpose 'batch'.",
  )
  expect(batches.all()).toEqual([])
  for (const act of [() => batches.get('batch_x'), () => batches.cancel('batch_x')]) {
    expect(act).toThrow(
      expect.objectContaining({ status: 404, message: "No batch found with id 'batch_x'." }),
    )
  }
})

test('the oldest batch is stopped and forgotten for one more', async () => {
  const { batches, sent, create, advance } = createTestStore({ maxBatches: 1 })
  const first = create(line('a'))
  const second = create(line('b'))
  expect(batches.all().map(({ id }) => id)).toEqual([second])
  expect(() => batches.get(first)).toThrow('No batch found')
  await advance(9000)
  expect(sent.length).toBe(1)
})

test('a lenient provider makes up batches, and cancels any as often as asked', () => {
  const { batches } = createTestStore({ lenient: true })
  expect(batches.get('batch_id')).toMatchObject({ id: 'batch_id', status: 'validating' })
  expect(batches.cancel('batch_id')).toMatchObject({ id: 'batch_id', status: 'cancelling' })
  expect(batches.cancel('batch_id').status).toBe('cancelling')
})

test('a batch takes no step that none may take', () => {
  const terms = { endpoint, input_file_id: 'a', completion_window: '24h', metadata: null }
  expect(() => become(newBatch('batch_1', terms, 1), 'completed', 2)).toThrow(
    'a batch is never completed after validating',
  )
})
