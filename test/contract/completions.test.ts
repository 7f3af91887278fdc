/** Legacy completions, with the `openai` package as the judge. */
import OpenAI from 'openai'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createMockServer } from '../../mock-server/index.ts'
import { loadTokenizer } from '../../protocol/tokens/tokenizer.ts'

const mock = await createMockServer({ ttft: 0, itl: 0, tokens: 5, seed: 1, logLevel: 'error' })
afterAll(() => mock.close())
beforeEach(() => mock.reset())

const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
const model = 'gpt-3.5-turbo-instruct'
const tokenizer = await loadTokenizer('cl100k_base')
const echo = (text: string) => `Say exactly: ${text}`

type Body = Omit<OpenAI.CompletionCreateParamsNonStreaming, 'model' | 'stream'>

function complete(body: Body) {
  return client.completions.create({ model, ...body })
}

async function chunksOf(body: Body): Promise<OpenAI.Completion[]> {
  const chunks: OpenAI.Completion[] = []
  for await (const chunk of await client.completions.create({ model, ...body, stream: true }))
    chunks.push(chunk)
  return chunks
}

test('a completion has its text, its end and its usage', async () => {
  const completion = await complete({ prompt: echo('One two') })
  expect(completion).toEqual({
    id: completion.id,
    object: 'text_completion',
    created: 1_735_689_600,
    model,
    choices: [{ text: 'One two', index: 0, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    system_fingerprint: completion.system_fingerprint,
  })
  expect(completion.id).toMatch(/^cmpl-[A-Za-z0-9]{29}$/)
})

test('a stream says a token a chunk, its reason with the last of them, its usage at the end', async () => {
  const chunks = await chunksOf({
    prompt: echo('One two'),
    stream_options: { include_usage: true },
  })
  expect(chunks.map(chunk => Object.keys(chunk).join())).toEqual(
    chunks.map(() => 'id,object,created,choices,model,usage'),
  )
  expect(chunks.map(({ choices, usage }) => [choices, usage])).toEqual([
    [[{ text: 'One', index: 0, logprobs: null, finish_reason: null }], null],
    [[{ text: ' two', index: 0, logprobs: null, finish_reason: 'stop' }], null],
    [[], { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }],
  ])
  const plain = await chunksOf({ prompt: echo('One two') })
  expect(plain.map(chunk => 'usage' in chunk)).toEqual([false, false])
})

test('several prompts have n choices each, numbered from prompt to prompt', async () => {
  const { choices, usage } = await complete({ prompt: ['Rivers.', 'Lakes.'], n: 2 })
  expect(choices.map(({ index }) => index)).toEqual([0, 1, 2, 3])
  expect(new Set(choices.map(({ text }) => text)).size).toBe(4)
  expect(usage!.completion_tokens).toBe(20)
})

test('of the best all are paid for, and n are shown', async () => {
  const [plain, best] = [
    await complete({ prompt: 'Rivers.' }),
    await complete({ prompt: 'Rivers.', best_of: 3 }),
  ]
  expect(best.choices).toEqual(plain.choices)
  expect([plain.usage!.completion_tokens, best.usage!.completion_tokens]).toEqual([5, 15])
  const two = await complete({ prompt: ['Rivers.', 'Lakes.'], n: 1, best_of: 2 })
  expect([two.choices.length, two.usage!.completion_tokens]).toEqual([2, 20])
})

test('a prompt may be given in the numbers of its tokens', async () => {
  const text = echo('Grüße, 漢字')
  const prompt = [46864, 7041, 25, 95163, 24352, 11, 6704, 120, 95, 19113]
  const { choices, usage } = await complete({ prompt })
  expect([choices[0]!.text, usage!.prompt_tokens]).toEqual(['Grüße, 漢字', 10])
  const two = await complete({
    prompt: [prompt, [43, 2094, 13]],
    ...{ echo: true, logprobs: 0, max_tokens: 0 },
  })
  expect(two.choices.map(({ text }) => text)).toEqual([text, 'Lakes.'])
  expect(two.choices.map(({ logprobs }) => logprobs!.tokens!.length)).toEqual([10, 3])
})

test('log probabilities stand beside each token, by its place behind the prompt', async () => {
  const prompt = echo('One two')
  const { logprobs, text } = (await complete({ prompt, logprobs: 2 })).choices[0]!
  expect(text).toBe('One two')
  expect(logprobs!.tokens).toEqual(['One', ' two'])
  expect(logprobs!.text_offset).toEqual([prompt.length, prompt.length + 3])
  const [first, second] = logprobs!.token_logprobs as [number, number]
  expect(Math.max(first, second)).toBeLessThanOrEqual(0)
  expect(logprobs!.top_logprobs!.map(top => Object.keys(top).length)).toEqual([2, 2])
  expect(logprobs!.top_logprobs![0]!.One).toBe(first)

  const chunks = await chunksOf({ prompt, logprobs: 2 })
  expect(chunks.map(({ choices }) => choices[0]!.logprobs!.tokens)).toEqual([['One'], [' two']])
  expect(chunks.flatMap(({ choices }) => choices[0]!.logprobs!.text_offset)).toEqual(
    logprobs!.text_offset,
  )
})

test('a prompt that is repeated has log probabilities too, but for its first token', async () => {
  const prompt = 'One two three'
  const body = { prompt, echo: true, logprobs: 1, max_tokens: 1 }
  const { text, logprobs } = (await complete(body)).choices[0]!
  expect(text.startsWith(prompt)).toBe(true)
  expect(logprobs!.tokens!.slice(0, 3)).toEqual(['One', ' two', ' three'])
  expect(logprobs!.tokens!.join('')).toBe(text)
  expect(logprobs!.text_offset!.slice(0, 4)).toEqual([0, 3, 7, 13])
  expect([logprobs!.token_logprobs![0], logprobs!.top_logprobs![0]]).toEqual([null, null])
  expect(logprobs!.token_logprobs!.slice(1).map(value => typeof value)).toEqual([
    'number',
    'number',
    'number',
  ])

  const chunks = await chunksOf(body)
  expect(chunks.map(({ choices }) => choices[0]!.text)).toEqual([prompt, text.slice(prompt.length)])
  expect(chunks.flatMap(({ choices }) => choices[0]!.logprobs!.token_logprobs!)).toEqual(
    logprobs!.token_logprobs,
  )
})

test('leniently its first token has one too, as the SDK says', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, lenient: true })
  const client = new OpenAI({ baseURL: mock.url, apiKey: 'sk-test', maxRetries: 0 })
  const asked = { model: 'gpt-3.5-turbo-instruct', prompt: 'One two', echo: true, logprobs: 1 }
  const { logprobs } = (await client.completions.create({ ...asked, max_tokens: 1 })).choices[0]!
  expect(logprobs!.token_logprobs!.map(value => typeof value)).toEqual(Array(3).fill('number'))
  expect(Object.keys(logprobs!.top_logprobs![0]!)).toEqual(['One'])
})

test('a prompt can be weighed without an answer', async () => {
  const body = { prompt: 'One two', echo: true, logprobs: 0, max_tokens: 0 }
  const { choices, usage } = await complete(body)
  expect([choices[0]!.text, choices[0]!.finish_reason]).toEqual(['One two', 'length'])
  expect(choices[0]!.logprobs!.tokens).toEqual(['One', ' two'])
  expect(usage).toEqual({ prompt_tokens: 2, completion_tokens: 0, total_tokens: 2 })
  const chunks = await chunksOf(body)
  expect(chunks.map(({ choices }) => [choices[0]!.text, choices[0]!.finish_reason])).toEqual([
    ['One two', 'length'],
  ])
})

test('what comes after the gap is part of the prompt', async () => {
  const [plain, before] = [
    await complete({ prompt: 'Rivers run' }),
    await complete({ prompt: 'Rivers run', suffix: ' into the sea.' }),
  ]
  expect(before.usage!.prompt_tokens).toBe(
    plain.usage!.prompt_tokens + tokenizer.count(' into the sea.'),
  )
  expect(before.choices[0]!.text).not.toBe(plain.choices[0]!.text)
})

test('an answer ends at its most tokens, at a stop text, and as a fixture says', async () => {
  const ended = async (body: Body) => {
    const [choice] = (await complete(body)).choices
    return [choice!.text, choice!.finish_reason]
  }
  const prompt = echo('One two three')
  expect(await ended({ prompt, max_tokens: 2 })).toEqual(['One two', 'length'])
  expect(await ended({ prompt, stop: ' two' })).toEqual(['One', 'stop'])
  mock.when('cargo').reply({ refusal: 'No.' })
  expect(await ended({ prompt: 'cargo' })).toEqual(['No.', 'stop'])
  mock.when('lorry').reply({ text: 'Hm', finishReason: 'content_filter' })
  expect(await ended({ prompt: 'lorry' })).toEqual(['Hm', 'content_filter'])
})
