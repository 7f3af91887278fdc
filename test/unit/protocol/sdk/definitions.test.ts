import { expect, test } from 'vitest'
import { addDefinitions, type Definitions } from '../../../../protocol/sdk/generate-definitions.ts'

const text = { type: 'string' }
const number = { type: 'number' }
const ref = (name: string) => ({ $ref: `#/definitions/${name}` })
const holding = (part: object) => ({ type: 'object', properties: { part } })

test('what two sets say alike is there once', () => {
  const all: Definitions = {}
  addDefinitions(all, { A: holding(ref('B')), B: text })
  const names = addDefinitions(all, { A: holding(ref('B')), B: text, C: number })
  expect(all).toEqual({ A: holding(ref('B')), B: text, C: number })
  expect(names.get('A')).toBe('A')
})

test('a name that means something else gets a number, and so does what refers to it', () => {
  const all: Definitions = {}
  addDefinitions(all, { A: holding(ref('B')), B: text })
  const names = addDefinitions(all, { A: holding(ref('B')), B: number, C: ref('B') })
  expect(all).toEqual({
    A: holding(ref('B')),
    B: text,
    'A.2': holding(ref('B.2')),
    'B.2': number,
    C: ref('B.2'),
  })
  expect(Object.fromEntries(names)).toEqual({ A: 'A.2', B: 'B.2', C: 'C' })
  addDefinitions(all, { A: holding(ref('B')), B: number })
  addDefinitions(all, { B: { type: 'null' } })
  expect(Object.keys(all)).toEqual(['A', 'B', 'A.2', 'B.2', 'C', 'B.3'])
})

test('types that refer to each other are alike when all of the ring is', () => {
  const ring = (leaf: { type: string }): Definitions => ({
    A: holding(ref('B')),
    B: { anyOf: [ref('A'), ref('Leaf')] },
    Leaf: leaf,
  })
  const all: Definitions = {}
  addDefinitions(all, ring(text))
  addDefinitions(all, ring(text))
  expect(Object.keys(all)).toEqual(['A', 'B', 'Leaf'])
  addDefinitions(all, ring(number))
  addDefinitions(all, ring(number))
  expect(all).toEqual({
    ...ring(text),
    'A.2': holding(ref('B.2')),
    'B.2': { anyOf: [ref('A.2'), ref('Leaf.2')] },
    'Leaf.2': number,
  })
})
