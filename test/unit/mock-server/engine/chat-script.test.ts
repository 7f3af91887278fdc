import { expect, test } from 'vitest'
import type { ChatChunk, ChunkPlace } from '../../../../mock-server/dialects/dialect.ts'
import { chatScript } from '../../../../mock-server/engine/chat-script.ts'

const place = { kind: 'content', item: 0, opens: true, closes: true } as const

function chunk(n: number) {
  return { n, choices: [] } as unknown as ChatChunk
}

function told(say: (chunk: ChatChunk, place: ChunkPlace) => readonly object[]) {
  const { at } = chatScript([0, 1], {
    chunksAt: step => [
      { chunk: chunk(step), place: { ...place, tokens: 2 } },
      { chunk: { sound: step } },
    ],
    say: say as never,
    includeObfuscation: false,
  })
  return [0, 1].flatMap(step => at(step).map(({ data, tokens }) => [data, tokens]))
}

test('each chunk is an event, the first of what stands for it counts, and the last is the mark', () => {
  expect(told(said => [said, { more: 1 }])).toEqual([
    ['{"n":0,"choices":[]}', 2],
    ['{"more":1}', 0],
    ['{"sound":0}', 0],
    ['{"n":1,"choices":[]}', 2],
    ['{"more":1}', 0],
    ['{"sound":1}', 0],
    ['[DONE]', 0],
  ])
})

test('tokens that a dialect holds back count with what it says next', () => {
  let step = 0
  expect(told(said => (step++ === 0 ? [] : [said]))).toEqual([
    ['{"sound":0}', 2],
    ['{"n":1,"choices":[]}', 2],
    ['{"sound":1}', 0],
    ['[DONE]', 0],
  ])
})

test('all that was held back counts at once', () => {
  const { at } = chatScript([0], {
    chunksAt: () => [1, 2, 3].map(n => ({ chunk: chunk(n), place: { ...place, tokens: n } })),
    say: said => (said.n === 3 ? [said] : []),
    includeObfuscation: false,
  })
  expect(at(0).map(({ tokens }) => tokens)).toEqual([6, 0])
})

test('events are padded to 1 (mod 16) characters', () => {
  const { at } = chatScript([0], {
    chunksAt: () => [{ chunk: chunk(0), place: { ...place, tokens: 1 } }, { chunk: { sound: 1 } }],
    say: said => [said],
    includeObfuscation: true,
  })
  const lengths = at(0).map(({ data }) => data.length % 16)
  expect(lengths).toEqual([1, 1, '[DONE]'.length])
})
