import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beatsOf, stepsOf } from '../../../../mock-server/engine/beats.ts'
import { spoken } from '../../../../mock-server/engine/compose.ts'
import { plainTexts } from '../../../../mock-server/engine/plain-text.ts'
import type { Reply, ReplyItem } from '../../../../mock-server/engine/reply.ts'
import { replyToken } from '../../../../mock-server/engine/reply-token.ts'
import { say } from '../../../../mock-server/engine/said.ts'

function item(texts: readonly string[], kind: 'text' | 'reasoning' = 'text') {
  return spoken(kind, say(texts.map(text => replyToken({ text, tokens: 1 }))))
}

function replyOf(...items: readonly ReplyItem[]): Reply {
  return { items, finishReason: 'stop', stoppedAt: undefined, outputTokens: 0, reasoningTokens: 0 }
}

test('items open with their first token and close with their last; an empty one does both at once', () => {
  const reply = replyOf(item(['a', 'b', 'c']), item([]), item(['d']))
  const told = [...beatsOf(reply)].map(({ index, place, token, opens, closes }) => [
    ...[index, place, token?.text, opens, closes],
  ])
  expect(told).toEqual([
    [0, 0, 'a', true, false],
    [0, 1, 'b', false, false],
    [0, 2, 'c', false, true],
    [1, 0, undefined, true, true],
    [2, 0, 'd', true, true],
  ])
})

test('there are as many beats as steps, whatever the items', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string(), { maxLength: 4 }), { minLength: 1 }), lists => {
      const reply = replyOf(...lists.map(texts => item(texts)))
      const beats = [...beatsOf(reply)]
      expect(beats).toHaveLength(stepsOf(reply))
      expect(beats.flatMap(({ token }) => token?.text ?? [])).toEqual(lists.flat())
      expect(beats.filter(({ opens }) => opens)).toHaveLength(lists.length)
    }),
    { seed: 1, numRuns: 50 },
  )
})

test('replies of one text each are plain, and none where one of them is anything else', () => {
  const plain = replyOf(item(['a', '"']))
  expect(plainTexts([plain, plain])!.map(({ json, finishReason }) => [json, finishReason])).toEqual(
    [
      ['a\\"', 'stop'],
      ['a\\"', 'stop'],
    ],
  )
  const text = item(['a'])
  for (const other of [
    replyOf(item(['a'], 'reasoning')),
    replyOf(text, text),
    replyOf({ ...text, logprobs: [] }),
  ]) {
    expect(plainTexts([plain, other])).toBeUndefined()
  }
})
