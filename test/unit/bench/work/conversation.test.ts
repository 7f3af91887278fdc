import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Conversation } from '../../../../bench/work/conversation.ts'
import { workOf } from '../../../helpers/bench-work.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-talk-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** All turns, each answered `yes N`; the bodies. */
function played(conversation: Conversation) {
  const bodies = []
  for (let turn = 0; turn < 20; turn++) {
    const request = conversation.next()
    if (!request) break
    const { place, keepsText } = request
    expect(place?.turn).toBe(turn + 1)
    // Nothing follows on the last answer.
    expect(keepsText ?? false).toBe(place!.turn < place!.turns)
    bodies.push(JSON.parse(request.body))
    conversation.answered(`yes ${turn}`)
  }
  return bodies
}

it('every turn says all that was said before', async () => {
  const work = await workOf({ turns: 3, inputTokens: 30, outputTokens: 5 })
  const bodies = played(work.conversation())
  expect(bodies.map(({ messages }) => messages.map((one: { role: string }) => one.role))).toEqual([
    ['user'],
    ['user', 'assistant', 'user'],
    ['user', 'assistant', 'user', 'assistant', 'user'],
  ])
  expect(bodies[2].messages.slice(0, 3)).toEqual(bodies[1].messages)
  expect(bodies[2].messages[3]).toEqual({ role: 'assistant', content: 'yes 1' })
  expect(bodies[2].messages.at(-1).content.split(' ')).toHaveLength(23)
  expect(bodies[2].max_tokens).toBe(5)
})

it('a talk of a data set says what its user said, and not what was answered then', async () => {
  const path = join(folder, 'talk.jsonl')
  const conversations = [
    { from: 'system', value: 'be brief' },
    { from: 'human', value: 'one' },
    { from: 'gpt', value: 'old answer' },
    { from: 'human', value: 'two' },
    { from: 'human', value: 'three' },
  ]
  writeFileSync(path, JSON.stringify({ conversations }))
  const all = played((await workOf({ dataset: [path] })).conversation())
  expect(all).toHaveLength(3)
  expect(all[2].messages.map((one: { content: string }) => one.content)).toEqual([
    'be brief',
    'one',
    'yes 0',
    'two',
    'yes 1',
    'three',
  ])
  expect(played((await workOf({ dataset: [path], turns: 2 })).conversation())).toHaveLength(2)
})

it('has one turn where nothing else is said, and other prompts for more', async () => {
  expect(played((await workOf({ prompt: ['a', 'b'] })).conversation())).toHaveLength(1)
  const [, second] = played((await workOf({ prompt: ['a', 'b'], turns: 2 })).conversation())
  const [first, , third] = second.messages.map((one: { content: string }) => one.content)
  expect([first, third].sort()).toEqual(['a', 'b'])
})

it('has the shape of its endpoint', async () => {
  const [, second] = played((await workOf({ endpoint: 'responses', turns: 2 })).conversation())
  expect(second.input).toHaveLength(3)
  const embeddings = await workOf({ endpoint: 'embeddings' })
  expect(embeddings.hasTalks).toBe(false)
  expect(played(embeddings.conversation())).toMatchObject([{ input: expect.any(String) }])
})

it('is no more of an answer than is needed', async () => {
  const conversation = (await workOf({ turns: 2 })).conversation()
  conversation.next()
  conversation.answered('x'.repeat(100_000))
  const { messages } = JSON.parse(conversation.next()!.body)
  expect(messages[1].content).toHaveLength(32_768)
})
