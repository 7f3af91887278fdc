import { expect, test } from 'vitest'
import { createConversations } from '../../../../../mock-server/engine/conversations.ts'
import { createRunLog } from '../../../../../mock-server/engine/responses/run-log.ts'
import type { ResponsesScript } from '../../../../../mock-server/engine/responses/script.ts'
import {
  contextAfter,
  createResponseStore,
  type StoredResponse,
} from '../../../../../mock-server/engine/responses/store.ts'

const message = (id: string, text = '') => ({ id, type: 'message', text })

function response(id: string, { text = '', prompt = '', stop = () => {} } = {}): StoredResponse {
  const script = {
    response: {
      request: { body: { prompt } },
      plan: { dueMs: [0] },
      items: [{ item: message(`out_${id}`) }],
    },
  } as unknown as ResponsesScript
  const log = createRunLog([0])
  return { id, script, log, context: [message('before')], input: [message(`in_${id}`, text)], stop }
}

test('the oldest responses go when there are too many, and stop', () => {
  const stopped: string[] = []
  const store = createResponseStore({ maxResponses: 2, maxLength: 1e9 })
  for (const id of ['a', 'b', 'c']) store.put(response(id, { stop: () => stopped.push(id) }))
  expect([store.get('a'), store.get('b')?.id, store.get('c')?.id]).toEqual([undefined, 'b', 'c'])
  expect(stopped).toEqual(['a'])
})

test('the oldest go when all together are too long, but never the newest', () => {
  const store = createResponseStore({ maxResponses: 100, maxLength: 10_000 })
  store.put(response('a', { text: 'x'.repeat(4000) }))
  store.put(response('b', { prompt: 'x'.repeat(4000) }))
  expect([store.get('a'), store.get('b')?.id]).toEqual([undefined, 'b'])
  store.put(response('c', { text: 'x'.repeat(100_000) }))
  expect([store.get('b'), store.get('c')?.id]).toEqual([undefined, 'c'])
  expect(store.delete('c')).toBe(true)
  for (const id of ['d', 'e', 'f']) store.put(response(id))
  expect(['d', 'e', 'f'].map(id => store.get(id)?.id)).toEqual(['d', 'e', 'f'])
})

test('items are found in input or output, until its response is deleted', () => {
  const store = createResponseStore()
  store.put(response('a'))
  const find = (...ids: string[]) => [...store.findItems(new Set(ids)).keys()]
  expect(find('out_a', 'in_b', 'in_a')).toEqual(['in_a', 'out_a'])
  expect([store.delete('a'), store.delete('a')]).toEqual([true, false])
  expect(find('in_a')).toEqual([])
})

test('the context after a response is all that was said until then', () => {
  expect(contextAfter(response('a')).map(({ id }) => id)).toEqual(['before', 'in_a', 'out_a'])
})

test('a conversation keeps its newest items, up to a number and a length', () => {
  const kept = (maxItems: number, maxLength: number) => {
    const conversations = createConversations({ maxConversations: 1, maxItems, maxLength })
    conversations.create('conv_1', 0, {})
    conversations.append('conv_1', [message('a', 'x'.repeat(50)), message('b'), message('c')])
    return conversations.get('conv_1')!.items.map(({ id }) => id)
  }
  expect(kept(10, 1000)).toEqual(['a', 'b', 'c'])
  expect(kept(2, 1000)).toEqual(['b', 'c'])
  expect(kept(10, 60)).toEqual(['b', 'c'])
  expect(kept(10, 0)).toEqual([])
})

test('the oldest conversations go when all together are too long', () => {
  const bounds = { maxConversations: 9, maxItems: 9, maxLength: 300 }
  const conversations = createConversations(bounds)
  for (const id of ['conv_1', 'conv_2', 'conv_3']) {
    conversations.create(id, 0, {})
    conversations.append(id, [message('a', 'x'.repeat(100))])
  }
  const left = ['conv_1', 'conv_2', 'conv_3'].map(id => conversations.get(id)?.items.length)
  expect(left).toEqual([undefined, 1, 1])
})

test('an item is removed from its conversation; one that is gone takes no more', () => {
  const conversations = createConversations()
  conversations.create('conv_1', 0, {})
  conversations.append('conv_1', [message('a'), message('b')])
  expect(conversations.removeItem('conv_1', 'a')).toBe(true)
  expect(conversations.removeItem('conv_1', 'a')).toBe(false)
  expect(conversations.get('conv_1')!.items.map(({ id }) => id)).toEqual(['b'])
  expect(conversations.delete('conv_1')).toBe(true)
  conversations.append('conv_1', [message('c')])
  expect(conversations.get('conv_1')).toBe(undefined)
})
