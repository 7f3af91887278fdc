import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAgenda } from '../../../../bench/drivers/agenda.ts'

interface Item {
  readonly dueAtMs: number
  readonly name: number
}

it('gives what is due soonest first, and of the same instant what was entered first', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 20 }) }),
    fc.constant({ add: undefined }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const agenda = createAgenda<Item>()
      let expected: Item[] = []
      for (const [name, { add }] of steps.entries()) {
        if (add === undefined) {
          const first = expected.shift()
          expect(agenda.first).toBe(first)
          expect(agenda.take()).toBe(first)
        } else {
          const item = { dueAtMs: add, name }
          agenda.add(item)
          // A stable sort.
          expected = [...expected, item].sort((a, b) => a.dueAtMs - b.dueAtMs)
        }
      }
      for (const item of expected) expect(agenda.take()).toBe(item)
      expect([agenda.first, agenda.take()]).toEqual([undefined, undefined])
    }),
  )
})

it('forgets all when it is cleared', () => {
  const agenda = createAgenda<Item>()
  agenda.add({ dueAtMs: 1, name: 1 })
  agenda.clear()
  expect(agenda.first).toBe(undefined)
})
