import { expect, test } from 'vitest'
import { createMarkedCache } from '../../../../mock-server/engine/marked-cache.ts'
import type { KeptFor, PromptBlock } from '../../../../protocol/messages-prompt.ts'

/** A block of a thousand characters, which are a thousand tokens here. */
function block(name: string, mark?: KeptFor): PromptBlock {
  return { json: name.repeat(1000).slice(0, 1000), mark }
}

function looking() {
  const cache = createMarkedCache()
  return (prompt: readonly PromptBlock[], nowMs = 0, scope = 'key') => {
    const promptTokens = prompt.length * 1000
    const { readTokens, written } = cache.look(scope, prompt, { promptTokens, nowMs })
    return [readTokens, written['5m'], written['1h']]
  }
}

test('what is marked is written once, and read when it comes again', () => {
  const look = looking()
  const prompt = [block('a'), block('b', '5m'), block('c')]
  expect(look(prompt)).toEqual([0, 2000, 0])
  expect(look(prompt)).toEqual([2000, 0, 0])
  expect(look([block('a'), block('b', '5m'), block('d')])).toEqual([2000, 0, 0])
  expect(look([block('x'), block('b', '5m')])).toEqual([0, 2000, 0])
})

test('another caller has another cache', () => {
  const look = looking()
  const prompt = [block('a'), block('b', '5m')]
  look(prompt)
  expect(look(prompt, 0, 'another key')).toEqual([0, 2000, 0])
})

test('a conversation that goes on reads up to its last mark and writes the rest', () => {
  const look = looking()
  look([block('a'), block('b', '5m')])
  const longer = [block('a'), block('b'), block('c'), block('d', '5m')]
  expect(look(longer)).toEqual([2000, 2000, 0])
})

test('a mark looks back over 20 blocks, and no further', () => {
  const far = Array.from({ length: 20 }, (_, i) => block(`${i}.`))
  const look = looking()
  look([block('a'), block('b', '5m')])
  expect(look([block('a'), block('b'), ...far.slice(1, 19), block('z', '5m')])).toEqual([
    2000, 19_000, 0,
  ])
  look([block('p'), block('q', '5m')])
  expect(look([block('p'), block('q'), ...far.slice(0, 19), block('z', '5m')])).toEqual([
    0, 22_000, 0,
  ])
})

test('parts may be kept for different times', () => {
  const look = looking()
  const prompt = [block('a'), block('b', '1h'), block('c', '5m')]
  expect(look(prompt)).toEqual([0, 1000, 2000])
  expect(look(prompt, 6 * 60_000)).toEqual([2000, 1000, 0])
})

test('what is not read for five minutes is forgotten; each reading keeps it for five more', () => {
  const look = looking()
  const prompt = [block('a'), block('b', '5m')]
  look(prompt, 0)
  expect(look(prompt, 299_000)).toEqual([2000, 0, 0])
  expect(look(prompt, 598_000)).toEqual([2000, 0, 0])
  expect(look(prompt, 899_000)).toEqual([0, 2000, 0])
})

test('a prefix below 1,024 tokens is not cached', () => {
  const look = looking()
  expect(look([block('a', '5m'), block('b')])).toEqual([0, 0, 0])
  expect(look([block('a', '5m'), block('b')])).toEqual([0, 0, 0])
})
