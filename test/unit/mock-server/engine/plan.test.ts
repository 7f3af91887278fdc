import { expect, test } from 'vitest'
import { parseDistribution } from '../../../../base/distribution.ts'
import { createRandom } from '../../../../base/random.ts'
import { spoken } from '../../../../mock-server/engine/compose.ts'
import { bounded, type Cadence, type Plan, planReply } from '../../../../mock-server/engine/plan.ts'
import type { ReplyToken } from '../../../../mock-server/engine/reply-token.ts'
import { sayText, textOf } from '../../../../mock-server/engine/said.ts'
import type { Ask } from '../../../../protocol/ask.ts'
import { completionId } from '../../../../protocol/ids.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'
import { askOf } from '../../../helpers/ask.ts'

const tokenizer = await loadTokenizer('o200k_base')

function cadenceOf(ttft: string, itl: string, tokens: string): Cadence {
  return {
    ttft: parseDistribution(ttft, 'ms')!,
    itl: parseDistribution(itl, 'ms')!,
    tokens: parseDistribution(tokens, 'count')!,
    reasoning: parseDistribution('64', 'count')!,
  }
}
const varied = cadenceOf('lognormal(p50=350ms,p95=900ms)', 'gamma(mean=20ms,cv=0.5)', '40')

interface Given extends Partial<Ask> {
  readonly keys?: (string | number)[]
  readonly cadence?: Cadence
  readonly reasoningTokens?: number
  /** What the reply must say. */
  readonly say?: string
}

function plan(given: Given = {}): Plan {
  const { keys = [1], cadence = varied, reasoningTokens = 0, say, ...more } = given
  return planReply(askOf('Tell me about rivers.', more), {
    random: createRandom(...keys),
    cadence,
    tokenizer,
    newId: completionId,
    promptTokens: 11,
    cachedTokens: 0,
    reasoningTokens,
    wanted: say === undefined ? undefined : { items: [spoken('text', sayText(say, tokenizer))] },
  })
}

function tokens({ choices }: Plan): readonly ReplyToken[] {
  return choices[0]!.items.flatMap(item => item.tokens)
}

function texts({ choices }: Plan): string[] {
  return choices.map(({ items }) => items.map(textOf).join(''))
}

test('the same keys plan the same, another seed, key or attempt another', () => {
  const first = plan({ keys: [1, 'key', 1] })
  expect(plan({ keys: [1, 'key', 1] })).toEqual(first)
  const others = [
    [2, 'key', 1],
    [1, 'other', 1],
    [1, 'key', 2],
  ]
  for (const keys of others) {
    const other = plan({ keys })
    expect(other.id).not.toBe(first.id)
    expect(other.dueMs).not.toEqual(first.dueMs)
    expect(texts(other)).not.toEqual(texts(first))
  }
})

test('a reply is as long as the cadence says, and due times ascend from the first token', () => {
  const { choices, dueMs, outputTokens, promptTokens } = plan({
    cadence: cadenceOf('100ms', '20ms', '5'),
  })
  expect([choices[0]!.items[0]!.tokens.length, outputTokens, promptTokens]).toEqual([5, 5, 11])
  expect(dueMs).toEqual([100, 120, 140, 160, 180])
  expect(choices[0]!.finishReason).toBe('stop')
})

test('the most tokens cut the end and changes nothing before it', () => {
  const whole = plan()
  for (const max of [1, 7, 39]) {
    const cut = plan({ maxTokens: max })
    expect(cut.id).toBe(whole.id)
    expect(cut.dueMs).toEqual(whole.dueMs.slice(0, max))
    expect(tokens(cut)).toEqual(tokens(whole).slice(0, max))
    expect([cut.choices[0]!.finishReason, cut.outputTokens]).toEqual(['length', max])
  }
})

test('a stop cuts the text before it and the time after it', () => {
  const whole = plan()
  const stop = tokens(whole)[9]!.text
  const place = texts(whole)[0]!.indexOf(stop)
  const cut = plan({ stop: [stop] })
  expect(texts(cut)).toEqual([texts(whole)[0]!.slice(0, place)])
  expect(cut.outputTokens).toBe(tokenizer.count(texts(cut)[0]!))
  expect(cut.dueMs).toEqual(whole.dueMs.slice(0, cut.outputTokens))
})

test('a reply without a token still has its first step', () => {
  const { dueMs, outputTokens, choices } = plan({ say: 'abc', stop: ['abc'] })
  expect([dueMs.length, outputTokens, choices[0]!.finishReason]).toEqual([1, 0, 'stop'])
})

test('what must be said has a step for each of its tokens', () => {
  const { dueMs, outputTokens, choices } = plan({ say: 'One two three.' })
  expect([dueMs.length, outputTokens, choices[0]!.items[0]!.tokens.length]).toEqual([4, 4, 4])
})

test.each([
  // a stop inside the last token leaves parts that are more tokens than the whole was
  ['tokenization', 'on', 'tokenizati'],
  ['strawberry', 'y', 'strawberr'],
  ['unhappiness', 's', 'unhappine'],
])('%s stopped at %s has a due time for every token', (word, stop, said) => {
  const cut = plan({ say: word, stop: [stop] })
  expect(texts(cut)).toEqual([said])
  expect(cut.dueMs).toHaveLength(tokens(cut).length)
  expect([...cut.dueMs].sort((a, b) => a - b)).toEqual(cut.dueMs)
})

test('n choices say different things in the same steps', () => {
  const { choices, dueMs, outputTokens } = plan({ choices: 3 })
  expect(choices).toHaveLength(3)
  expect(new Set(choices.map(choice => JSON.stringify(choice))).size).toBe(3)
  expect([dueMs.length, outputTokens]).toEqual([40, 120])
})

test('the first of n choices is what one choice would have been', () => {
  const [one, three] = [plan(), plan({ choices: 3 })]
  expect(three.choices[0]).toEqual(one.choices[0])
  expect(three.dueMs).toEqual(one.dueMs)
})

test('a length below one token is one token', () => {
  const { outputTokens } = plan({ cadence: cadenceOf('0', '0', 'normal(mean=0,sd=0)') })
  expect(outputTokens).toBe(1)
})

test('reasoning comes first, takes its time, and counts as output', () => {
  const cadence = cadenceOf('100ms', '20ms', '5')
  const { choices, dueMs, outputTokens, reasoningTokens } = plan({ cadence, reasoningTokens: 3 })
  expect(choices[0]!.items.map(({ kind, outputTokens }) => [kind, outputTokens])).toEqual([
    ['reasoning', 3],
    ['text', 5],
  ])
  expect([outputTokens, reasoningTokens]).toEqual([8, 3])
  expect(dueMs).toEqual([100, 120, 140, 160, 180, 200, 220, 240])
})

test('a reply whose tokens are spent on reasoning says nothing and was cut', () => {
  const { choices, outputTokens, reasoningTokens } = plan({ reasoningTokens: 30, maxTokens: 8 })
  expect(choices[0]!.items.map(({ kind }) => kind)).toEqual(['reasoning'])
  expect([outputTokens, reasoningTokens, choices[0]!.finishReason]).toEqual([8, 8, 'length'])
})

test("a call is an instance of the tool's schema, and ends the reply with tool_calls", () => {
  const schema = { type: 'object', properties: { city: { enum: ['Oslo'] } }, required: ['city'] }
  const tool = { kind: 'function', name: 'weather', description: '', schema } as const
  const [reply] = plan({ tools: [tool], toolChoice: 'required' }).choices
  expect(reply!.finishReason).toBe('tool_calls')
  expect(reply!.items).toMatchObject([{ kind: 'call', tool: 'function', name: 'weather' }])
  expect(textOf(reply!.items[0]!)).toBe('{"city":"Oslo"}')
})

test('log probabilities are one a token, the same for the same keys', () => {
  const first = plan({ topLogprobs: 2 })
  const [item] = first.choices[0]!.items
  expect(item).toMatchObject({ kind: 'text' })
  const { logprobs = [] } = item as { logprobs?: readonly { token: string; top: unknown[] }[] }
  expect(logprobs.map(({ token }) => token)).toEqual(tokens(first).map(({ text }) => text))
  expect(logprobs.map(({ top }) => top.length)).toEqual(logprobs.map(() => 2))
  expect(plan({ topLogprobs: 2 })).toEqual(first)
})

test('an answer with more log probabilities than a server could hold is cut', () => {
  const most = (more: Partial<Ask>) => bounded(askOf('Hi.', more)).maxTokens
  expect(most({ choices: 128, topLogprobs: 20 })).toBe(195)
  expect(most({ choices: 128, topLogprobs: 20, maxTokens: 100 })).toBe(100)
  expect(most({ topLogprobs: 20, maxTokens: 16_384 })).toBe(16_384)
  expect(most({ choices: 128 })).toBeUndefined()
  expect(tokens(plan({ topLogprobs: 20 }))).toHaveLength(40)
})
