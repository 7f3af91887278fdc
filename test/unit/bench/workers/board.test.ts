import fc from 'fast-check'
import { expect, it } from 'vitest'
import { boardOn, createBoard } from '../../../../bench/workers/board.ts'

it('so many tickets are taken by all together, and no more', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.array(fc.nat(2), { maxLength: 100 }), (tickets, order) => {
      const { memory } = createBoard(3, tickets)
      const workers = [0, 1, 2].map(() => boardOn(memory))
      const taken = order.filter(worker => workers[worker]!.takeTicket())
      expect(taken).toHaveLength(Math.min(tickets, order.length))
    }),
    { seed: 1 },
  )
})

it('without a number of requests there is always one more', () => {
  const board = createBoard(1, undefined)
  expect(Array.from({ length: 5 }, board.takeTicket)).toEqual([true, true, true, true, true])
})

it('numbers are given once, and each sees what is in flight of all', () => {
  const { memory } = createBoard(2, undefined)
  const [one, other] = [boardOn(memory), boardOn(memory)]
  expect([one.takeNumber(), other.takeNumber(), one.takeNumber()]).toEqual([0, 1, 2])
  one.sent()
  other.sent()
  one.settled()
  expect([one.inFlight, other.inFlight]).toEqual([1, 1])
})

it('what the main thread has taken is counted for each worker', () => {
  const board = createBoard(2, 9)
  board.taken(1)
  board.taken(1)
  expect([board.takenOf(0), board.takenOf(1), board.takeTicket()]).toEqual([0, 2, true])
})
