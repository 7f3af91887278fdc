import { expect, test } from 'vitest'
import { modelList, modelObject, snapshotOf, wellKnownModels } from '../../../protocol/models.ts'

test.each([
  ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'],
  ['gpt-4o', 'gpt-4o-2024-08-06'],
  ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini-2024-07-18'], // a snapshot is itself
  ['llama-3', 'llama-3'],
  ['constructor', 'constructor'],
  ['__proto__', '__proto__'],
])('%s is answered by %s', (model, snapshot) => {
  expect(snapshotOf(model)).toBe(snapshot)
})

test('a model and the list of them have the shape of /v1/models', () => {
  const model = { id: 'x/y', object: 'model', created: 1_715_367_049, owned_by: 'system' }
  expect(JSON.stringify(modelObject('x/y'))).toBe(JSON.stringify(model))
  expect(modelList(['x/y'])).toEqual({ object: 'list', data: [model] })
  expect(wellKnownModels).toContain('gpt-4o-mini')
})
