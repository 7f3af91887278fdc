/** Changes of settings, read as one. */
import { expect, test } from 'vitest'
import { ChangesError, readChanges } from '../../../mock-server/changes.ts'

test('values are read as they would be in the file', () => {
  const { ttft, rpm, tpm } = readChanges({ ttft: '200ms', rpm: '120', tpm: 5 })
  expect(ttft).toMatchObject({ text: '200ms' })
  expect([rpm, tpm]).toEqual([120, 5])
})

test('null is the default, undefined is no change', () => {
  const changes = readChanges({ ttft: null, rpm: null, itl: undefined })
  expect(Object.keys(changes)).toEqual(['ttft', 'rpm'])
  expect(changes.ttft).toMatchObject({ text: '350ms' })
  expect(changes.rpm).toBe(undefined)
})

test('all that is wrong is named, with its place, its value and what is allowed', () => {
  const given = { ttft: 'soon', rpm: 0, itl: '5ms', rmp: 'sk-secret', apiKey: 'sk-secret' }
  const error = errorOf(() => readChanges(given, key => `changes.${key}`))
  expect(error).toBeInstanceOf(ChangesError)
  expect(error.errors.map(({ option, value }) => [option, value])).toEqual([
    ['ttft', 'soon'],
    ['rpm', 0],
    ['rmp', undefined],
    ['apiKey', undefined],
  ])
  const [ttft, rpm, rmp, apiKey] = error.message.split('\n')
  expect(ttft).toMatch(/^changes\.ttft: "soon" is not allowed; /)
  expect(rpm).toBe('changes.rpm: 0 is not allowed; write a whole number from 1 to 1000000000')
  expect(rmp).toBe('changes.rmp: there is no option rmp: did you mean rpm?')
  expect(apiKey).toBe(
    'changes.apiKey: apiKey cannot be changed while the server runs; give it when it is started',
  )
})

test('names that every object has are no options', () => {
  const given = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}')
  expect(errorOf(() => readChanges(given)).errors).toHaveLength(3)
})

function errorOf(action: () => unknown): ChangesError {
  try {
    action()
  } catch (error) {
    return error as ChangesError
  }
  throw new Error('Nothing was refused.')
}
