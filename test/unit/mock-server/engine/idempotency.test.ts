import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Claim,
  createIdempotency,
  type KeptAnswer,
} from '../../../../mock-server/engine/idempotency.ts'

const bounds = { maxAnswers: 3, maxBytes: 100, maxAgeMs: 1000 }
const nobody = () => {}

function answerOf(requestId: string, { bytes = 1, key }: { bytes?: number; key?: string } = {}) {
  const facts = { requestId, key, model: 'm', stream: false, status: 200, headers: [] }
  return { ...facts, body: new Uint8Array(bytes) } satisfies KeptAnswer
}

function settle(claim: Claim, answer?: KeptAnswer): void {
  if (claim.is !== 'first') throw new Error(`It is ${claim.is}.`)
  claim.settle(answer)
}

function known(claim: Claim): string {
  return claim.is === 'known' ? claim.answer.requestId : claim.is
}

test('the first is answered, and its answer is known from then on', () => {
  const answers = createIdempotency(bounds)
  settle(answers.claim('a', 'x', 0, nobody), answerOf('one'))
  expect(known(answers.claim('a', 'x', 5, nobody))).toBe('one')
  expect(known(answers.claim('a', 'y', 5, nobody))).toBe('other')
  expect(known(answers.claim('b', 'x', 5, nobody))).toBe('first')
})

test('who comes meanwhile waits, and is called when there is an answer', () => {
  const answers = createIdempotency(bounds)
  const first = answers.claim('a', 'x', 0, nobody)
  const called: string[] = []
  const second = answers.claim('a', 'x', 1, () => called.push('second'))
  answers.claim('a', 'x', 2, () => called.push('third'))
  expect(known(answers.claim('a', 'y', 3, nobody))).toBe('other')
  if (second.is !== 'waiting') throw new Error(`It is ${second.is}.`)
  second.leave()
  settle(first, answerOf('one'))
  expect(called).toEqual(['third'])
})

test('a first without an answer leaves nothing: who waited longest is the first then, the others wait for it', () => {
  const answers = createIdempotency(bounds)
  const first = answers.claim('a', 'x', 0, nobody)
  const claims: Claim[] = []
  for (const _ of 'ab') {
    answers.claim('a', 'x', 1, () => claims.push(answers.claim('a', 'x', 1, nobody)))
  }
  settle(first)
  expect(claims.map(known)).toEqual(['first', 'waiting'])
  settle(claims[0]!)
  expect(known(answers.claim('a', 'other words', 2, nobody))).toBe('first')
})

test('an answer is forgotten when it is too old, or by its key, or with all others', () => {
  const answers = createIdempotency(bounds)
  for (const [id, key] of [
    ['a', 'one'],
    ['b', 'two'],
    ['c', 'two'],
  ] as const) {
    settle(answers.claim(id, 'x', 0, nobody), answerOf(id, { key }))
  }
  const states = (nowMs: number) =>
    ['a', 'b', 'c'].map(id => {
      const claim = answers.claim(id, 'x', nowMs, nobody)
      if (claim.is === 'first') claim.settle(undefined)
      return known(claim)
    })
  expect(states(1000)).toEqual(['a', 'b', 'c'])
  answers.clear('one')
  expect(states(1000)).toEqual(['first', 'b', 'c'])
  expect(states(1001)).toEqual(['first', 'first', 'first'])
  settle(answers.claim('a', 'x', 2000, nobody), answerOf('a'))
  answers.clear()
  expect(states(2000)).toEqual(['first', 'first', 'first'])
})

test('what is kept stays within its bounds, and is always the newest', () => {
  const asked = fc.array(fc.tuple(fc.constantFrom(...'abcdef'), fc.nat(120)), { maxLength: 40 })
  fc.assert(
    fc.property(asked, requests => {
      const answers = createIdempotency(bounds)
      const kept = new Map<string, number>()
      for (const [id, bytes] of requests) {
        const claim = answers.claim(id, 'x', 0, nobody)
        expect(claim.is).toBe(kept.has(id) ? 'known' : 'first')
        if (claim.is !== 'first') continue
        claim.settle(answerOf(id, { bytes }))
        if (bytes > bounds.maxBytes) continue
        kept.set(id, bytes)
        const sum = () => [...kept.values()].reduce((all, one) => all + one, 0)
        for (const oldest of kept.keys()) {
          if (kept.size <= bounds.maxAnswers && sum() <= bounds.maxBytes) break
          kept.delete(oldest)
        }
      }
    }),
  )
})
