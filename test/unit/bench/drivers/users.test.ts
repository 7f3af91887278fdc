import { expect, it } from 'vitest'
import { parseDistribution } from '../../../../base/distribution.ts'
import { createRandom } from '../../../../base/random.ts'
import { buildUsers, type Users } from '../../../../bench/drivers/users.ts'
import type { Conversation } from '../../../../bench/work/conversation.ts'
import { createStage, requestOf, type Stage } from '../../../helpers/driver-stage.ts'

function start(given: Partial<Users>, stage: Stage = createStage()) {
  let talks = 0
  /** Two turns: what was answered is in the second. */
  function converse(): Conversation {
    const name = `talk ${talks++}`
    let turn = 0
    let said = name
    return {
      next: () => (turn++ < 2 ? requestOf(said) : undefined),
      answered(text) {
        said += ` ${text}`
      },
    }
  }
  const driver = buildUsers(
    {
      users: 2,
      rampMs: 100,
      think: parseDistribution('30ms', 'ms'),
      random: createRandom('users'),
      converse,
      cancelling: undefined,
      ...given,
    },
    stage.context,
    stage.sender,
  )
  return { ...stage, driver }
}

it('users begin one after the other, and each has one request in flight', () => {
  const { clock, sent, driver } = start({})
  driver.begin()
  clock.advance(1000)
  expect(sent.map(({ atMs }) => atMs)).toEqual([0, 50])
  expect(driver.inFlight).toBe(2)
  expect(sent[0]!.dueAtMs).toBe(undefined)
})

it('a user thinks between an answer and the next request, which holds the answer', () => {
  const { clock, sent, driver } = start({ users: 1 })
  driver.begin()
  clock.advance(200)
  sent[0]!.settle('ok', 'yes')
  clock.advance(29)
  expect(sent).toHaveLength(1)
  clock.advance(1)
  expect(sent.map(({ body }) => body)).toEqual(['talk 0', 'talk 0 yes'])
  sent[1]!.settle('ok', 'no')
  clock.advance(30)
  expect(sent.map(({ body }) => body)).toEqual(['talk 0', 'talk 0 yes', 'talk 1'])
})

it('after a failure a conversation is over', () => {
  const { clock, sent, driver } = start({ users: 1 })
  driver.begin()
  clock.advance(0)
  sent[0]!.settle('http_429')
  clock.advance(30)
  expect(sent[1]!.body).toBe('talk 1')
})

it('without thinking the next goes at once, but not to a server that refuses connections', () => {
  const { clock, sent, driver } = start({ users: 1, think: undefined })
  driver.begin()
  clock.advance(0)
  sent[0]!.settle()
  expect(sent).toHaveLength(2)
  sent[1]!.settle('connect_error')
  clock.advance(99)
  expect(sent).toHaveLength(2)
  clock.advance(1)
  expect(sent).toHaveLength(3)
})

it('thinks as long as its distribution says, the same by the same seed', () => {
  const gaps = () => {
    const { clock, sent, driver } = start({
      users: 1,
      think: parseDistribution('exponential(mean=1s)', 'ms'),
    })
    driver.begin()
    for (let i = 0; i < 200; i++) {
      while (sent.length <= i) clock.runNext(Number.POSITIVE_INFINITY)
      sent[i]!.settle()
    }
    return clock.nextDueMs! / 200
  }
  expect(gaps()).toBeGreaterThan(800)
  expect(gaps()).toBeLessThan(1200)
  expect(gaps()).toBe(gaps())
})

it('drained or stopped, nobody asks again, and no timer is left', async () => {
  const { clock, sent, driver, isStopped } = start({})
  driver.begin()
  clock.advance(60)
  sent[0]!.settle()
  driver.drain()
  sent[1]!.settle()
  clock.advance(1000)
  expect([sent.length, clock.pending, isStopped]).toEqual([2, 0, false])
  await driver.stop()
  expect(driver.inFlight).toBe(0)
})
