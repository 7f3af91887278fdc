import { expect, test } from 'vitest'
import { parseDistribution } from '../../../../base/distribution.ts'
import { createRandom } from '../../../../base/random.ts'
import { type Cadence, type Plan, planChat } from '../../../../mock-server/engine/plan.ts'
import { composeEcho, echoAsked } from '../../../../mock-server/engine/reply.ts'
import { parseChatRequest } from '../../../../protocol/chat-request.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')

function cadenceOf(ttft: string, itl: string, tokens: string): Cadence {
  return {
    ttft: parseDistribution(ttft, 'ms')!,
    itl: parseDistribution(itl, 'ms')!,
    tokens: parseDistribution(tokens, 'count')!,
  }
}
const varied = cadenceOf('lognormal(p50=350ms,p95=900ms)', 'gamma(mean=20ms,cv=0.5)', '40')

async function plan(
  more: object = {},
  keys: (string | number)[] = [1],
  cadence = varied,
): Promise<Plan> {
  const content = 'Tell me about rivers.'
  const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content }], ...more }
  const request = parseChatRequest(body)
  const asked = echoAsked(request.messages)
  return planChat(request, {
    random: createRandom(...keys),
    cadence,
    tokenizer,
    promptTokens: 11,
    echo: asked === undefined ? undefined : await composeEcho(asked, request.stop, tokenizer),
  })
}

function echo(text: string) {
  return { messages: [{ role: 'user', content: `Reply with exactly this text: ${text}` }] }
}

function texts({ choices }: Plan): string[] {
  return choices.map(({ tokens }) => tokens.map(({ text }) => text).join(''))
}

test('the same keys plan the same, another seed, key or attempt another', async () => {
  const first = await plan({}, [1, 'key', 1])
  expect(await plan({}, [1, 'key', 1])).toEqual(first)
  const others = [
    [2, 'key', 1],
    [1, 'other', 1],
    [1, 'key', 2],
  ]
  for (const keys of others) {
    const other = await plan({}, keys)
    expect(other.id).not.toBe(first.id)
    expect(other.dueMs).not.toEqual(first.dueMs)
    expect(texts(other)).not.toEqual(texts(first))
  }
})

test('a reply is as long as the cadence says, and due times ascend from the first token', async () => {
  const { choices, dueMs, outputTokens, promptTokens } = await plan(
    {},
    [1],
    cadenceOf('100ms', '20ms', '5'),
  )
  expect([choices[0]!.tokens.length, outputTokens, promptTokens]).toEqual([5, 5, 11])
  expect(dueMs).toEqual([100, 120, 140, 160, 180])
  expect(choices[0]!.finishReason).toBe('stop')
})

test('max_tokens cuts the end and changes nothing before it', async () => {
  const whole = await plan()
  for (const max of [1, 7, 39]) {
    const cut = await plan({ max_tokens: max })
    expect(cut.id).toBe(whole.id)
    expect(cut.dueMs).toEqual(whole.dueMs.slice(0, max))
    expect(cut.choices[0]!.tokens).toEqual(whole.choices[0]!.tokens.slice(0, max))
    expect([cut.choices[0]!.finishReason, cut.outputTokens]).toEqual(['length', max])
  }
})

test('a stop cuts the text before it and the time after it', async () => {
  const whole = await plan()
  const stop = whole.choices[0]!.tokens[9]!.text
  const place = texts(whole)[0]!.indexOf(stop)
  const cut = await plan({ stop })
  expect(texts(cut)).toEqual([texts(whole)[0]!.slice(0, place)])
  expect(cut.outputTokens).toBe(tokenizer.count(texts(cut)[0]!))
  expect(cut.dueMs).toEqual(whole.dueMs.slice(0, cut.outputTokens))
})

test('a reply without a token still has its first step', async () => {
  const { dueMs, outputTokens, choices } = await plan({ ...echo('abc'), stop: 'abc' })
  expect([dueMs.length, outputTokens, choices[0]!.finishReason]).toEqual([1, 0, 'stop'])
})

test('an echo has a step for each of its tokens', async () => {
  const { dueMs, outputTokens, choices } = await plan(echo('One two three.'))
  expect([dueMs.length, outputTokens, choices[0]!.tokens.length]).toEqual([4, 4, 4])
})

test.each([
  // a stop inside the last token leaves parts that are more tokens than the whole was
  ['tokenization', 'on', 'tokenizati'],
  ['strawberry', 'y', 'strawberr'],
  ['unhappiness', 's', 'unhappine'],
])('%s stopped at %s has a due time for every token', async (word, stop, said) => {
  const cut = await plan({ ...echo(word), stop })
  expect(texts(cut)).toEqual([said])
  expect(cut.dueMs).toHaveLength(cut.choices[0]!.tokens.length)
  expect([...cut.dueMs].sort((a, b) => a - b)).toEqual(cut.dueMs)
})

test('n choices say different things in the same steps', async () => {
  const { choices, dueMs, outputTokens } = await plan({ n: 3 })
  expect(choices).toHaveLength(3)
  expect(new Set(choices.map(choice => JSON.stringify(choice))).size).toBe(3)
  expect([dueMs.length, outputTokens]).toEqual([40, 120])
})

test('the first of n choices is what one choice would have been', async () => {
  const [one, three] = [await plan(), await plan({ n: 3 })]
  expect(three.choices[0]).toEqual(one.choices[0])
  expect(three.dueMs).toEqual(one.dueMs)
})

test('a length below one token is one token', async () => {
  const { outputTokens } = await plan({}, [1], cadenceOf('0', '0', 'normal(mean=0,sd=0)'))
  expect(outputTokens).toBe(1)
})
