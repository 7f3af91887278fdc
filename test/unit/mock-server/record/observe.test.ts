import { expect, test } from 'vitest'
import { contentOf } from '../../../../mock-server/record/content.ts'
import { createObserver, fitCadence } from '../../../../mock-server/record/observe.ts'
import type { Recording } from '../../../../mock-server/record/recording.ts'

type Chunk = readonly [atMs: number, ...data: (object | string)[]]

/** A recorded stream; each chunk has the events that came in it. */
function stream(
  chunks: readonly Chunk[],
  { status = 200, type = 'text/event-stream' } = {},
): Recording {
  return {
    request: {
      method: 'POST',
      path: '/chat/completions',
      headers: {},
      body: { kind: 'json', value: { model: 'asked-model' } },
    },
    response: { atMs: 0, status, headers: { 'content-type': type } },
    chunks: chunks.map(([atMs, ...data]) => ({
      atMs,
      bytes: Buffer.from(data.map(one => (typeof one === 'string' ? one : event(one))).join('')),
    })),
    endMs: chunks.at(-1)?.[0] ?? 0,
  }
}

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`
const delta = (fields: object, finish: string | null = null, more: object = {}) => ({
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
  ...more,
})
const says = (content: string) => delta({ content })
const done = 'data: [DONE]\n\n'
const usage = (completion: number, reasoning = 0) => ({
  choices: [],
  usage: {
    prompt_tokens: 9,
    completion_tokens: completion,
    completion_tokens_details: { reasoning_tokens: reasoning },
  },
})

test('content is told from what frames it, chunk by chunk, also where an event lies across two', () => {
  const split = event(says('c'))
  const recording = stream([
    [100, delta({ role: 'assistant', content: '' })],
    [120, says('a')],
    [130, delta({ reasoning_content: 'hm' }), delta({ tool_calls: [{ index: 0 }] })],
    [140, split.slice(0, 30)],
    [150, split.slice(30)],
    [160, delta({}, 'stop'), usage(7), done],
  ])
  expect(contentOf(recording)).toEqual({
    isStream: true,
    tokens: [0, 1, 2, 0, 1, 0],
    model: 'gpt-4o-mini-2024-07-18',
    promptTokens: 9,
    outputTokens: 7,
    countedBy: 'usage',
    isCut: false,
  })
})

test.each<[what: string, recording: Recording, expected: object]>([
  [
    'without usage, events are counted',
    stream([
      [1, says('a')],
      [2, says('b')],
      [3, done],
    ]),
    { outputTokens: 2, countedBy: 'events' },
  ],
  [
    'reasoning that is not shown takes no part',
    stream([
      [1, says('a')],
      [2, says('b')],
      [3, usage(66, 64)],
    ]),
    { outputTokens: 2 },
  ],
  [
    'reasoning that is shown does',
    stream([
      [1, delta({ reasoning_content: 'a' })],
      [2, says('b')],
      [3, usage(66, 64)],
    ]),
    { outputTokens: 66 },
  ],
  [
    'a reply cut by max_tokens is known as one',
    stream([
      [1, says('a')],
      [2, delta({}, 'length')],
    ]),
    { isCut: true },
  ],
  [
    'a legacy completion',
    stream([
      [1, { model: 'm', choices: [{ text: 'a' }] }],
      [2, { choices: [{ text: '' }] }],
    ]),
    { tokens: [1, 0], model: 'm' },
  ],
  [
    'a response with its named events',
    stream([
      [1, 'event: response.created\n', { type: 'response.created', response: { model: 'm' } }],
      [2, { type: 'response.output_text.delta', delta: 'a' }],
      [3, { type: 'response.output_text.done', text: 'a' }],
      [
        4,
        {
          type: 'response.completed',
          response: { model: 'm', usage: { input_tokens: 5, output_tokens: 3 } },
        },
      ],
    ]),
    { tokens: [0, 1, 0, 0], model: 'm', promptTokens: 5, outputTokens: 3 },
  ],
  [
    'a whole answer has counts and no content in time',
    stream([[5, JSON.stringify({ model: 'm', ...usage(3) })]], { type: 'application/json' }),
    { isStream: false, tokens: [0], promptTokens: 9, outputTokens: 3, model: 'm' },
  ],
  [
    'what is neither is nothing',
    stream([[5, '<html>']], { type: 'text/html' }),
    { isStream: false, tokens: [0], outputTokens: 0, model: undefined },
  ],
])('%s', (_, recording, expected) => {
  expect(contentOf(recording)).toMatchObject(expected)
})

test('first tokens, gaps and lengths are gathered; what came in one chunk has no gap', () => {
  const observer = createObserver()
  observer.add(
    stream([
      [100, says('a')],
      [120, says('b'), says('c')],
      [150, says('d')],
      [151, done],
    ]),
  )
  observer.add(
    stream([
      [200, says('a')],
      [201, done],
    ]),
  )
  expect(observer.observed()).toEqual({
    ttftMs: [
      [100, 1],
      [200, 1],
    ],
    itlMs: [
      [0, 1],
      [20, 1],
      [30, 1],
    ],
    tokens: [
      [1, 1],
      [4, 1],
    ],
    source: '2 recorded streams of gpt-4o-mini-2024-07-18',
    warnings: [],
  })
})

test('where an event says two tokens, gaps are halved, so that a reply of as many tokens lasts as long', () => {
  const observer = createObserver()
  observer.add(
    stream([
      [100, says('a b')],
      [140, says('c d')],
      [180, says('e f')],
      [181, usage(6)],
    ]),
  )
  const { itlMs, tokens, warnings } = observer.observed()
  expect(itlMs).toEqual([[20, 2]])
  expect(tokens).toEqual([[6, 1]])
  expect(warnings).toEqual([
    'an event says 2.00 tokens, and one of the mock server says one: gaps are divided by 2.00, so that replies last as long',
  ])
})

test('what cannot be timed is left out, and said', () => {
  const observer = createObserver()
  observer.add(
    stream([
      [100, says('a')],
      [110, says('b')],
    ]),
  )
  observer.add(
    stream([
      [100, says('a')],
      [110, delta({}, 'length')],
    ]),
  )
  observer.add(stream([[5, '{}']], { status: 429, type: 'application/json' }))
  observer.add(stream([[5, '{}']], { type: 'application/json' }))
  observer.add(stream([[5, done]]))
  observer.add(stream([[100, { model: 'other', choices: [{ delta: { content: 'x' } }] }]]))
  const { tokens, warnings } = observer.observed()
  expect(tokens).toEqual([
    [1, 1],
    [2, 1],
  ])
  expect(warnings).toEqual([
    'answers left out: 1 refused, 1 not streamed, which have no first token, 1 without content',
    '2 models are mixed (gpt-4o-mini-2024-07-18, other): --model takes one',
    'lengths left out, because max_tokens cut the reply: 1',
  ])
})

test('one model can be asked for, by the beginning of its name', () => {
  const observer = createObserver('gpt-4o')
  observer.add(stream([[100, says('a')]]))
  observer.add(stream([[300, { model: 'other', choices: [{ delta: { content: 'x' } }] }]]))
  const { ttftMs, warnings } = observer.observed()
  expect(ttftMs).toEqual([[100, 1]])
  expect(warnings).toEqual(['answers left out: 1 by other models'])
})

test('a cadence has a distribution for each option that has values', () => {
  const observer = createObserver()
  observer.add(
    stream([
      [100, says('a')],
      [101, done],
    ]),
  )
  expect(fitCadence(observer.observed())).toMatchObject({
    ttft: { text: '100ms', count: 1 },
    itl: undefined,
    tokens: { text: '1', count: 1 },
  })
})
