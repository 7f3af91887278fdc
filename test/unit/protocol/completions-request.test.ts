import { expect, test } from 'vitest'
import { checkPromptFits, parseCompletionsRequest } from '../../../protocol/completions-request.ts'
import { refusalOf, wordsOf } from '../../helpers/refusal.ts'

const model = 'gpt-3.5-turbo-instruct'

test('a plain request has the defaults of the API', () => {
  const { askFor, ...request } = parseCompletionsRequest({ model, prompt: 'Once' })
  expect(request).toEqual({
    prompts: ['Once'],
    model,
    choices: 1,
    maxTokens: 16,
    stream: false,
    includeUsage: false,
    echo: false,
    suffix: undefined,
    bestOf: 1,
    logprobs: undefined,
  })
  expect(askFor('Once')).toEqual({
    model,
    turns: [{ role: 'user', content: 'Once' }],
    tools: [],
    toolChoice: 'none',
    parallelCalls: false,
    format: { kind: 'text' },
    choices: 1,
    maxTokens: 16,
    stop: [],
    seed: undefined,
    topLogprobs: undefined,
    effort: undefined,
  })
})

test.each([
  [{}, { prompts: [''] }],
  [{ prompt: ['a', 'b'] }, { prompts: ['a', 'b'] }],
  [{ prompt: [1, 2] }, { prompts: [[1, 2]] }],
  [{ prompt: [[1], [2, 3]] }, { prompts: [[1], [2, 3]] }],
  [
    { n: 2, best_of: 3 },
    { choices: 2, bestOf: 3 },
  ],
  [{ n: 2 }, { choices: 2, bestOf: 2 }],
  [
    { max_tokens: 0, echo: true },
    { maxTokens: 0, echo: true },
  ],
  [{ logprobs: 0 }, { logprobs: 0 }],
  [{ suffix: 'end' }, { suffix: 'end' }],
  [{ stream: true, stream_options: { include_usage: true } }, { includeUsage: true }],
  [{ model: 'gpt-4o-mini' }, { model: 'gpt-4o-mini' }], // not refused
])('%j is read as %j', (more, read) => {
  expect(parseCompletionsRequest({ model, ...more })).toMatchObject(read)
})

test('stop, seed and log probabilities go into what is asked', () => {
  const more = { stop: ['a'], seed: 7, logprobs: 2, n: 3, max_tokens: 9 }
  expect(parseCompletionsRequest({ model, ...more }).askFor('x')).toMatchObject({
    ...{ stop: ['a'], seed: 7, topLogprobs: 2, choices: 3, maxTokens: 9 },
  })
})

test.each([
  [{ model: '' }, 'you must provide a model parameter', null, null],
  [{ top_k: 1 }, 'Unrecognized request argument supplied: top_k', null, null],
  [{ a: 1, b: 1 }, 'Unrecognized request arguments supplied: a, b', null, null],
  [
    { prompt: 5 },
    "Invalid type for 'prompt': expected one of a string, array of strings, array of integers, or array of integer arrays, but got an integer instead.",
    'prompt',
    'invalid_type',
  ],
  [
    { prompt: [] },
    "Invalid 'prompt': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'prompt',
    'empty_array',
  ],
  [
    { prompt: ['a', 5] },
    "Invalid type for 'prompt[1]': expected a string, but got an integer instead.",
    'prompt[1]',
    'invalid_type',
  ],
  [
    { prompt: [[1], [-1]] },
    "Invalid 'prompt[1][0]': integer below minimum value. Expected a value >= 0, but got -1 instead.",
    'prompt[1][0]',
    'integer_below_min_value',
  ],
  [
    { logprobs: 6 },
    "Invalid 'logprobs': integer above maximum value. Expected a value <= 5, but got 6 instead.",
    'logprobs',
    'integer_above_max_value',
  ],
  [
    { n: 2, best_of: 1 },
    "You requested that the server return more choices than it will generate (HINT: you must set 'n' (currently 2) to be at most 'best_of' (currently 1), or omit either parameter if you don't specifically want to use them.)",
    null,
    null,
  ],
  [
    { n: 65, prompt: ['a', 'b'] },
    'You requested that the server return 130 choices. This model can only return a maximum of 128 choices at a time. (HINT: you must ensure n * number of prompts <= 128)',
    null,
    null,
  ],
  [
    { best_of: 2, stream: true },
    "The results of 'best_of' > 1 cannot be streamed.",
    'best_of',
    null,
  ],
  [
    { stream_options: {} },
    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    'stream_options',
    null,
  ],
  [
    { max_tokens: 5000 },
    'max_tokens is too large: 5000. This model supports at most 4096 completion tokens, whereas you provided 5000.',
    'max_tokens',
    'invalid_value',
  ],
])('%j is refused', (more, message, param, code) => {
  expect(wordsOf(() => parseCompletionsRequest({ model, ...more }))).toEqual([message, param, code])
})

test('a model that says nothing may not be sampled', () => {
  const given = { model: 'text-embedding-3-small', prompt: 'x' }
  const { status, message } = refusalOf(() => parseCompletionsRequest(given))
  expect([status, message]).toEqual([403, 'You are not allowed to sample from this model'])
})

test('prompt and answer have to fit into the window', () => {
  expect(() => checkPromptFits(model, 4080, 16)).not.toThrow()
  expect(wordsOf(() => checkPromptFits(model, 4081, 16))).toEqual([
    "This model's maximum context length is 4096 tokens, however you requested 4097 tokens (4081 in your prompt; 16 for the completion). Please reduce your prompt; or completion length.",
    null,
    null,
  ])
})

test('leniently, what cannot be read counts as left out', () => {
  const given = { prompt: { a: 1 }, n: 0, max_tokens: -1, best_of: 99, stop: 5, extra: true }
  const { prompts, choices, maxTokens, ...request } = parseCompletionsRequest(given, {
    lenient: true,
  })
  expect([prompts, choices, maxTokens, request.model]).toEqual([[''], 1, 16, model])
  const many = { prompt: Array(2000).fill('a'), n: 2 }
  expect(parseCompletionsRequest(many, { lenient: true }).prompts).toHaveLength(64)
})
