import { expect, test } from 'vitest'
import { createManualClock } from '../../../../../base/manual-clock.ts'
import { createRandom } from '../../../../../base/random.ts'
import { createBatchResults } from '../../../../../mock-server/engine/batches/results.ts'
import { createFileStore } from '../../../../../mock-server/engine/file-store.ts'
import { noAnswer } from '../../../../../protocol/batch-result.ts'

function results(maxBytes: number) {
  const files = createFileStore({
    clock: createManualClock(),
    created: () => 0,
    newId: () => 'file-1',
    maxFiles: 10,
    maxBytes,
  })
  const random = createRandom(1)
  const made = createBatchResults({ batchId: 'batch_1', random, files, expiresAfterS: undefined })
  return { ...made, files }
}

test('answers fill half of the store, counted in bytes', () => {
  const { addAnswer, write, files } = results(2000)
  const answer = { status: 200, requestId: 'req_1', body: '漢'.repeat(250) }
  expect([addAnswer(0, 'a', answer), addAnswer(1, 'b', answer)]).toEqual([true, false])
  const output = files.get(write('output')!)!
  expect(output.bytes.length).toBeLessThanOrEqual(1000)
  expect(output.bytes.toString()).toContain(answer.body)
  expect(files.get(write('error')!)!.bytes.toString()).toContain('"custom_id":"b"')
})

test('a file that is larger than the store is not written', () => {
  const { addLacking, write, files } = results(2000)
  addLacking(0, 'x'.repeat(2000), noAnswer.expired)
  expect([write('error'), files.all()]).toEqual([null, []])
})
