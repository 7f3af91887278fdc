import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLine, type Turn } from '../../../client/limiter-line.ts'

function drain<T>(line: { take(): T | undefined }, count = Number.POSITIVE_INFINITY): T[] {
  const taken: T[] = []
  for (let i = 0; i < count; i++) {
    const next = line.take()
    if (next === undefined) break
    taken.push(next)
  }
  return taken
}

test('a caller with a thousand requests does not keep out one with a few', () => {
  const line = createLine<string>()
  for (let i = 0; i < 1000; i++) line.join(`a${i}`, { caller: 'a' })
  for (let i = 0; i < 3; i++) line.join(`b${i}`, { caller: 'b' })
  expect(drain(line, 7)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3'])
})

test('callers get turns by their weights', () => {
  const line = createLine<string>()
  for (let i = 0; i < 100; i++) {
    line.join('heavy', { caller: 'heavy', weight: 3 })
    line.join('light', { caller: 'light' })
  }
  const turns = drain(line, 40)
  expect(turns.filter(name => name === 'heavy')).toHaveLength(30)
})

test('who rested starts where the others are, and not before them', () => {
  const line = createLine<string>()
  for (let i = 0; i < 20; i++) line.join('busy', { caller: 'busy' })
  drain(line, 10)
  for (let i = 0; i < 10; i++) line.join('late', { caller: 'late' })
  expect(drain(line, 4).filter(name => name === 'late')).toHaveLength(2)
})

test('who returns goes before everybody, and its caller pays for the turn', () => {
  const line = createLine<string>()
  for (const name of ['a1', 'a2']) line.join(name, { caller: 'a' })
  for (const name of ['b1', 'b2']) line.join(name, { caller: 'b' })
  line.join('a again', { caller: 'a', returning: true })
  expect(drain(line)).toEqual(['a again', 'b1', 'a1', 'b2', 'a2'])
})

test('first tells whom take takes, whoever joins and leaves; nobody is lost, each caller keeps its order', () => {
  const turn = fc.record({
    caller: fc.constantFrom('a', 'b', 'c', undefined),
    weight: fc.constantFrom(undefined, 1, 2, 0.1),
    returning: fc.boolean(),
  })
  const step = fc.oneof(
    turn.map(turn => ({ turn })),
    fc.nat(20).map(leave => ({ leave })),
    fc.constant('take' as const),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const line = createLine<number>()
      const leaves: (() => void)[] = []
      const turns: Turn[] = []
      const inLine = new Set<number>()
      const taken: number[] = []
      for (const step of steps) {
        if (step === 'take') {
          const first = line.first()
          const next = line.take()
          expect(next).toBe(first)
          expect(next === undefined).toBe(inLine.size === 0)
          if (next !== undefined) taken.push(next)
          inLine.delete(next ?? -1)
        } else if ('turn' in step) {
          leaves.push(line.join(turns.length, step.turn))
          inLine.add(turns.length)
          turns.push(step.turn)
        } else {
          leaves[step.leave]?.()
          inLine.delete(step.leave)
        }
        expect(line.size).toBe(inLine.size)
      }
      taken.push(...drain(line))
      expect(line.size).toBe(0)
      expect(new Set(taken).size).toBe(taken.length)
      for (const caller of ['a', 'b', 'c', undefined]) {
        const own = taken.filter(i => turns[i]?.caller === caller && !turns[i]?.returning)
        expect(own).toEqual([...own].sort((a, b) => a - b))
      }
    }),
    { numRuns: 200 },
  )
})
