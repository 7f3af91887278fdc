import { expect, it } from 'vitest'
import { OptionError } from '../../../../base/option-error.ts'
import { readOptions } from '../../../../base/option-table.ts'
import { createRandom } from '../../../../base/random.ts'
import { benchOptions } from '../../../../bench/options.ts'
import { packOptions, tellable, told, unpackOptions } from '../../../../bench/workers/messages.ts'

it('options come through a thread’s door as they were, distributions with their draws', () => {
  const given = {
    rate: '10..20',
    think: 'exponential(mean=20ms)',
    inputTokens: 'azure-conversation',
    outputTokens: 30,
    turns: 'uniform(1,4)',
    cancel: '10%',
    cancelAfter: '20ms',
    body: { temperature: 0, written: 'yes' },
    header: ['X-A: b'],
    prompt: ['one', 'two'],
    workers: 3,
  }
  const options = readOptions(benchOptions, given, 'test')
  const found = unpackOptions(structuredClone(packOptions(options)))
  for (const [key, value] of Object.entries(found)) {
    const before: unknown = options[key as keyof typeof options]
    if (typeof value !== 'object' || value === null || !('sample' in value)) {
      expect(value, key).toEqual(before)
    }
  }
  expect(Object.keys(found)).not.toContain('url')
  for (const key of ['think', 'inputTokens', 'outputTokens', 'turns', 'cancelAfter'] as const) {
    const draws = [options, found].map(one => one[key]?.sample(createRandom(key)))
    expect(draws[0], key).toBeTypeOf('number')
    expect(draws[1], key).toBe(draws[0])
  }
})

it('an OptionError arrives with its words', () => {
  const error = new OptionError('script', 'a.mjs', 'it cannot be loaded', { origin: 'a.yaml:3:1' })
  const arrived = told(structuredClone(tellable(error)))
  expect(arrived).toBeInstanceOf(OptionError)
  expect(arrived.message).toBe(error.message)
  const odd = new OptionError('script', () => 1, 'it must be a text')
  expect(told(structuredClone(tellable(odd))).message).toBe('script: it must be a text')
})
