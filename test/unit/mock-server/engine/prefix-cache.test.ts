import { expect, test } from 'vitest'
import { createPrefixCache } from '../../../../mock-server/engine/prefix-cache.ts'
import type { Turn } from '../../../../protocol/ask.ts'

/** Four characters a token. */
function turnsOf(...texts: readonly string[]): Turn[] {
  return texts.map(content => ({ role: 'user', content }))
}
const long = 'abcd'.repeat(2000)

test('a prompt that comes again was cached up to the last whole step of 128 tokens', () => {
  const cache = createPrefixCache(1024)
  expect(cache.look('key', turnsOf(long), 2000)).toBe(0)
  expect(cache.look('key', turnsOf(long), 2000)).toBe(1920)
})

test('only what is the same from the start counts', () => {
  const cache = createPrefixCache(1024)
  cache.look('key', turnsOf(long, 'one'.repeat(2000)), 3500)
  const cached = cache.look('key', turnsOf(long, 'two'.repeat(2000)), 3500)
  expect(cached).toBeGreaterThan(1800)
  expect(cached).toBeLessThanOrEqual(2048)
  expect(cached % 128).toBe(0)
  expect(cache.look('key', turnsOf(`x${long}`), 2000)).toBe(0)
})

test('a text that is cut into turns is the same up to its first cut', () => {
  const cache = createPrefixCache(128)
  cache.look('key', turnsOf(long), 2000)
  expect(cache.look('key', turnsOf(long.slice(0, 4003), long.slice(4003)), 2000)).toBe(896)
})

test('another caller, another model and a short prompt find nothing', () => {
  const cache = createPrefixCache(1024)
  cache.look('key', turnsOf(long), 2000)
  expect(cache.look('other', turnsOf(long), 2000)).toBe(0)
  cache.look('key', turnsOf('short'.repeat(100)), 1023)
  expect(cache.look('key', turnsOf('short'.repeat(100)), 1023)).toBe(0)
})

test('what is cleared is forgotten', () => {
  const cache = createPrefixCache(1024)
  cache.look('key', turnsOf(long), 2000)
  cache.clear()
  expect(cache.look('key', turnsOf(long), 2000)).toBe(0)
})
