import { beforeEach, expect, test } from 'vitest'
import { accepts } from '../../../../mock-server/engine/instance/accepts.ts'
import { createReferences } from '../../../../mock-server/engine/instance/schema.ts'
import { createStandIns, type StandIns } from '../../../../mock-server/engine/stand-in.ts'
import { type Operation, operationFor, sdkSurface } from '../../../../protocol/sdk/surface.ts'
import { faultsAsTyped } from '../../../helpers/sdk-schemas.ts'

const surface = sdkSurface()
let standIns: StandIns
beforeEach(() => {
  standIns = createStandIns(surface, 1)
})

function ask(method: string, path: string, body?: unknown): Record<string, unknown> {
  return standIns.answer({ ...operationFor(method, path)!, body }) as Record<string, unknown>
}

function paramsOf({ path }: Operation): Record<string, string> {
  return Object.fromEntries([...path.matchAll(/:(\w+)/g)].map(([, name]) => [name!, 'id_1']))
}

test('what any operation of the SDK answers is of its type', () => {
  const resolve = createReferences({}, surface.definitions)
  for (const operation of surface.operations) {
    const { response, stream, method, path } = operation
    const asked = { operation, params: paramsOf(operation), body: { name: 'x', model: 7 } }
    const answer = standIns.answer(asked) as { data: unknown[] }
    const object = operation.kind === 'page' ? answer.data[0] : answer
    const typed = (definition: string, value: unknown) =>
      accepts({ $ref: `#/definitions/${definition}` }, value, resolve)
    if (response) expect(typed(response, object), `${method} ${path}`).toBe(true)
    for (const event of stream ? standIns.events(asked) : []) {
      expect(typed(stream!, event), `${path} ${JSON.stringify(event)}`).toBe(true)
    }
  }
})

test.each([
  ['GET', '/assistants/a', 'Assistant'],
  ['GET', '/threads/t/runs/r', 'Run'],
  ['POST', '/fine_tuning/jobs', 'FineTuningJob'],
  ['POST', '/evals', 'EvalCreateResponse'],
  ['GET', '/organization/costs', 'UsageCostsResponse'],
])('%s %s is so in the eyes of ajv too', (method, path, definition) => {
  expect(operationFor(method, path)?.operation.response).toBe(definition)
  expect(faultsAsTyped(definition, ask(method, path))).toEqual([])
})

test('ids of the path and fields of the request come back', () => {
  expect(ask('GET', '/threads/thread_7/runs/run_9')).toMatchObject({
    id: 'run_9',
    thread_id: 'thread_7',
    status: 'completed',
    last_error: null,
  })
  const body = { name: 'Bot', model: 'gpt-4o', metadata: { a: 'b' }, tools: 'none', nonsense: 1 }
  const made = ask('POST', '/assistants', body)
  expect(made).toMatchObject({ name: 'Bot', model: 'gpt-4o', metadata: { a: 'b' } })
  expect(made.tools).toBeInstanceOf(Array)
  expect(made).not.toHaveProperty('nonsense')
})

test('what was created is found again, changed and deleted', () => {
  const made = ask('POST', '/vector_stores', { name: 'Papers' })
  const path = `/vector_stores/${made.id}`
  expect(ask('GET', path)).toEqual(made)
  expect(ask('POST', path, { name: 'Books' })).toEqual({ ...made, name: 'Books' })
  expect(ask('GET', path)).toEqual({ ...made, name: 'Books' })
  expect(ask('DELETE', path)).toEqual({
    id: made.id,
    deleted: true,
    object: 'vector_store.deleted',
  })
  expect(ask('GET', path).created_at).not.toBe(made.created_at)
})

test('the same request is answered the same, another differently', () => {
  const first = ask('GET', '/evals/e1')
  standIns = createStandIns(surface, 1)
  expect(ask('GET', '/evals/e1')).toEqual(first)
  expect(ask('GET', '/evals/e2').created_at).not.toBe(first.created_at)
})

test('a page holds one item and is the last', () => {
  expect(ask('GET', '/threads/t1/messages')).toEqual({
    object: 'list',
    data: [expect.objectContaining({ object: 'thread.message', thread_id: 't1' })],
    first_id: expect.any(String),
    last_id: expect.any(String),
    has_more: false,
    next: null,
  })
})

test('a run that streams is created and completed', () => {
  const found = operationFor('POST', '/threads/t1/runs')!
  const run = { object: 'thread.run', assistant_id: 'a1', thread_id: 't1', status: 'completed' }
  expect(standIns.events({ ...found, body: { assistant_id: 'a1', stream: true } })).toMatchObject([
    { event: 'thread.run.created', data: run },
    { event: 'thread.run.completed', data: run },
  ])
})
