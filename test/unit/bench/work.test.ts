import { expect, it } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { createWork } from '../../../bench/work/work.ts'

const work = (prompts: readonly string[], seed = 'a', maxTokens?: number) =>
  createWork({ model: 'm', maxTokens, prompts, random: createRandom(seed) })

function prompts(count: number, given: readonly string[], seed = 'a'): string[] {
  const { next } = work(given, seed)
  return Array.from({ length: count }, () => JSON.parse(next().body).messages[0].content)
}

it('asks for a stream with usage, and for a limit only when there is one', () => {
  expect(JSON.parse(work(['hi']).next().body)).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
    stream: true,
    stream_options: { include_usage: true },
  })
  expect(JSON.parse(work(['hi'], 'a', 64).next().body).max_tokens).toBe(64)
})

it('synthetic prompts all differ, from their beginnings on', () => {
  const all = prompts(2000, [])
  expect(new Set(all).size).toBe(2000)
  expect(new Set(all.map(text => text.split(' ').slice(0, 4).join(' '))).size).toBeGreaterThan(1990)
})

it('the same seed gives the same prompts, another others', () => {
  expect(prompts(5, [])).toEqual(prompts(5, []))
  expect(prompts(5, [], 'b')).not.toEqual(prompts(5, []))
})

it('given prompts are sent as they are and drawn, not walked in order', () => {
  const given = ['one', 'two', 'three']
  const all = prompts(600, given)
  expect(new Set(all)).toEqual(new Set(given))
  const walked = all.filter((text, i) => text === given[i % 3]).length
  expect(walked).toBeGreaterThan(130)
  expect(walked).toBeLessThan(270)
})
