import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError } from '../../../protocol/errors/api-error.ts'
import { parseMessagesRequest } from '../../../protocol/messages-request.ts'
import { checkMessageFits } from '../../../protocol/messages-rules.ts'
import { refusalOf } from '../../helpers/refusal.ts'

const question = { role: 'user', content: 'Hi.' }
const body = { model: 'claude-haiku-4-5', max_tokens: 10, messages: [question] }
const tool = { name: 'weather', input_schema: { type: 'object' } }
const called = {
  role: 'assistant',
  content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } }],
}
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'Rain.' }
const png = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }

function asking(more: object) {
  return parseMessagesRequest({ ...body, ...more })
}

test('a plain request asks for one reply of so many tokens, without thinking', () => {
  expect(parseMessagesRequest(body)).toEqual({
    stream: false,
    thinking: undefined,
    filtered: false,
    prompt: [],
    ask: {
      model: 'claude-haiku-4-5',
      turns: [{ role: 'user', content: 'Hi.' }],
      tools: [],
      toolChoice: 'auto',
      parallelCalls: true,
      format: { kind: 'text' },
      choices: 1,
      maxTokens: 10,
      stop: [],
      seed: undefined,
      topLogprobs: undefined,
      effort: 'none',
    },
  })
})

test('system, text, images, calls and their results are turns', () => {
  const image = { type: 'image', source: png }
  const { turns } = asking({
    tools: [tool],
    system: [
      { type: 'text', text: 'Be' },
      { type: 'text', text: 'brief.' },
    ],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Here: ' }, image] },
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'Hm.', signature: 'x' }, ...called.content],
      },
      { role: 'user', content: [result, { type: 'text', text: 'And?' }] },
      { role: 'system', content: 'From now on in French.' },
    ],
  }).ask
  expect(turns).toEqual([
    { role: 'system', content: 'Be\nbrief.' },
    { role: 'user', content: 'Here: ', media: [image] },
    {
      role: 'assistant',
      content: '',
      reasoning: 'Hm.',
      calls: [{ id: 'toolu_1', name: 'weather', arguments: '{"city":"Oslo"}' }],
    },
    { role: 'user', content: 'And?' },
    { role: 'tool', content: 'Rain.', callId: 'toolu_1' },
    { role: 'system', content: 'From now on in French.' },
  ])
})

test('a document that is text counts as what it says, its picture as a medium', () => {
  const text = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Abc' } }
  const pdf = { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }
  const { turns } = asking({ messages: [{ role: 'user', content: [text, pdf] }] }).ask
  expect(turns).toEqual([{ role: 'user', content: 'Abc', media: [pdf] }])
})

test('a last turn of the assistant is one that the reply goes on from', () => {
  const messages = [question, { role: 'assistant', content: 'Well' }]
  expect(asking({ messages }).ask.turns.at(-1)).toEqual({
    role: 'assistant',
    content: 'Well',
    unfinished: true,
  })
})

test.each([
  [{ tool_choice: { type: 'any' } }, { toolChoice: 'required' }],
  [{ tool_choice: { type: 'none' } }, { toolChoice: 'none' }],
  [{ tool_choice: { type: 'tool', name: 'weather' } }, { toolChoice: { name: 'weather' } }],
  [{ tool_choice: { type: 'auto', disable_parallel_tool_use: true } }, { parallelCalls: false }],
  [{ stop_sequences: ['END'] }, { stop: ['END'] }],
  [
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    { format: { kind: 'schema', name: 'response', schema: { type: 'object' } } },
  ],
])('%j asks for %j', (more, ask) => {
  expect(asking({ tools: [tool], ...more }).ask).toMatchObject(ask)
})

test('tools of the provider that the caller runs have schemas, those that it runs itself are left out', () => {
  const tools = [
    { type: 'bash_20250124', name: 'bash' },
    { type: 'web_search_20250305', name: 'web_search' },
  ]
  expect(asking({ tools }).ask.tools).toMatchObject([
    { name: 'bash', schema: { required: ['command'] } },
  ])
})

test.each([
  [{ type: 'enabled', budget_tokens: 2048 }, 4000, undefined, 2048, 'summarized', 'medium'],
  [
    { type: 'enabled', budget_tokens: 2048, display: 'omitted' },
    4000,
    'high',
    2048,
    'omitted',
    'high',
  ],
  [{ type: 'adaptive' }, 10, 'max', undefined, 'summarized', 'xhigh'],
])('thinking %j', (thinking, max_tokens, effort, maxTokens, display, asked) => {
  const request = asking({
    model: 'claude-opus-4-6',
    max_tokens,
    thinking,
    output_config: { effort },
  })
  expect(request.thinking).toEqual({ maxTokens, display })
  expect(request.ask.effort).toBe(asked)
})

test.each([
  [{ model: undefined }, 'model: Field required'],
  [{ model: 7 }, 'model: Input should be a valid string'],
  [{ max_tokens: undefined }, 'max_tokens: Field required'],
  [{ max_tokens: -1 }, 'max_tokens: Input should be greater than or equal to 0'],
  [{ max_tokens: '5' }, 'max_tokens: Input should be a valid integer'],
  [
    { max_tokens: 64_001 },
    'max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5',
  ],
  [{ messages: undefined }, 'messages: Field required'],
  [{ messages: 'Hi.' }, 'messages: Input should be a valid list'],
  [{ messages: [] }, 'messages: at least one message is required'],
  [{ messages: [7] }, 'messages.0: Input should be a valid dictionary'],
  [{ messages: [{ content: 'Hi.' }] }, 'messages.0.role: Field required'],
  [{ messages: [{ role: 'user' }] }, 'messages.0.content: Field required'],
  [
    { messages: [{ role: 'tool', content: 'x' }] },
    'messages: Unexpected role "tool". Allowed roles are "user" or "assistant".',
  ],
  [
    { messages: [{ role: 'user', content: '' }] },
    'messages.0: all messages must have non-empty content except for the optional final assistant message',
  ],
  [
    { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
    'messages: text content blocks must be non-empty',
  ],
  [
    { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
    'messages.0.content.0.text.text: Field required',
  ],
  [
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', id: 1 }] }] },
    'messages.0.content.0.text.id: Extra inputs are not permitted',
  ],
  [
    {
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { ...png, media_type: 'image/tiff' } }],
        },
      ],
    },
    "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
  ],
  [
    { messages: [question, { role: 'assistant', content: 'Well ' }] },
    'messages: final assistant content cannot end with trailing whitespace',
  ],
  [
    { messages: [{ role: 'user', content: called.content }] },
    'messages.0: `tool_use` blocks can only be in `assistant` messages',
  ],
  [
    { messages: [{ role: 'user', content: [result] }] },
    'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
  ],
  [
    { messages: [question, called, question] },
    'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  ],
  [
    { messages: [called, { role: 'user', content: [result, result] }] },
    'messages.1.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: toolu_1',
  ],
  [{ temperature: 1.5 }, 'temperature: Input should be less than or equal to 1'],
  [
    { temperature: 0.5, top_p: 0.5 },
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  ],
  [{ model: 'claude-sonnet-5', temperature: 0.5 }, '`temperature` is deprecated for this model.'],
  [{ stop_sequences: [' '] }, 'stop_sequences: each stop sequence must contain non-whitespace'],
  [{ n: 2 }, 'n: Extra inputs are not permitted'],
  [{ tools: [{ input_schema: {} }] }, 'tools.0.custom.name: Field required'],
  [
    { tools: [{ ...tool, name: 'a b' }] },
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  [{ tools: [{ name: 'a' }] }, 'tools.0.custom.input_schema: Field required'],
  [
    { tools: [{ name: 'a', input_schema: {} }] },
    'tools.0.custom.input_schema.type: Field required',
  ],
  [{ tools: [tool, tool] }, 'tools: Tool names must be unique.'],
  [
    { tools: [tool], tool_choice: { type: 'tool', name: 'time' } },
    "Tool 'time' not found in provided tools",
  ],
  [
    { tools: [tool], tool_choice: { type: 'required' } },
    "tool_choice: Input tag 'required' found using 'type' does not match any of the expected tags: 'any', 'auto', 'none', 'tool'",
  ],
  [
    { tool_choice: { type: 'auto' } },
    'tool_choice: tool_choice may only be specified while providing tools.',
  ],
  [
    { thinking: { type: 'enabled', budget_tokens: 100 } },
    'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  ],
  [
    { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 1024 },
    '`max_tokens` must be greater than `thinking.budget_tokens`.',
  ],
  [{ thinking: { type: 'adaptive' } }, 'adaptive thinking is not supported on this model'],
  [
    { model: 'claude-3-5-haiku-latest', thinking: { type: 'enabled', budget_tokens: 1024 } },
    "'claude-3-5-haiku-latest' does not support thinking.",
  ],
  [
    {
      ...{ max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 1024 } },
      ...{ tools: [tool], tool_choice: { type: 'any' } },
    },
    'Thinking may not be enabled when tool_choice forces tool use.',
  ],
  [
    { model: 'claude-opus-4-6', messages: [question, { role: 'assistant', content: 'Well' }] },
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  ],
  [
    {
      system: Array.from('12345', text => ({
        type: 'text',
        text,
        cache_control: { type: 'ephemeral' },
      })),
    },
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
])('%j is refused', (more, message) => {
  const error = refusalOf(() => asking(more))
  expect([error.status, error.message]).toEqual([400, message])
})

test('what is counted needs no max_tokens, and has none', () => {
  const { max_tokens: _, ...counted } = body
  expect(parseMessagesRequest(counted, { counting: true }).ask.turns).toHaveLength(1)
  expect(refusalOf(() => parseMessagesRequest(body, { counting: true })).message).toBe(
    'max_tokens: Extra inputs are not permitted',
  )
})

test('results may be answered in several messages of the user, with the system in between', () => {
  const messages = [
    { ...called, content: [...called.content, { ...called.content[0], id: 'toolu_2' }] },
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [result] },
    { role: 'user', content: [{ ...result, tool_use_id: 'toolu_2' }] },
  ]
  const turns = asking({ messages }).ask.turns.map(({ role, callId }) => [role, callId])
  expect(turns).toEqual([
    ['assistant', undefined],
    ['system', undefined],
    ['tool', 'toolu_1'],
    ['tool', 'toolu_2'],
  ])
})

test('the window of a model bounds prompt and answer', () => {
  expect(refusalOf(() => checkMessageFits('claude-haiku-4-5', 200_001, 1)).message).toBe(
    'prompt is too long: 200001 tokens > 200000 maximum',
  )
  expect(refusalOf(() => checkMessageFits('claude-haiku-4-5', 199_000, 1001)).message).toBe(
    'input length and `max_tokens` exceed context limit: 199000 + 1001 > 200000, decrease input length or `max_tokens` and try again',
  )
  checkMessageFits('claude-opus-4-6', 900_000, 1001)
  checkMessageFits('anything', 10_000_000)
})

test('the blocks of a prompt are told in order where one of them is marked', () => {
  const { prompt } = asking({
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    tools: [tool],
  })
  expect(prompt.map(({ mark }) => mark)).toEqual([undefined, '1h', undefined])
  expect(prompt[1]!.json).toBe('{"type":"text","text":"Be brief."}')
  const atEnd = asking({ cache_control: { type: 'ephemeral' } }).prompt
  expect(atEnd).toEqual([{ json: '{"role":"user","text":"Hi."}', mark: '5m' }])
})

const value = fc.letrec(tie => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(
      'user',
      'assistant',
      'text',
      'tool_use',
      'tool_result',
      'toolu_1',
      null,
      7,
      true,
    ),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        'type',
        'role',
        'content',
        'text',
        'id',
        'name',
        'input',
        'tool_use_id',
        'source',
        'cache_control',
        'ttl',
      ),
      tie('any'),
      { maxKeys: 5 },
    ),
  ),
})).any
const anyBody = fc.dictionary(
  fc.constantFrom(
    'model',
    'messages',
    'max_tokens',
    'system',
    'tools',
    'tool_choice',
    'thinking',
    'stop_sequences',
    'output_config',
    'cache_control',
  ),
  value,
  { maxKeys: 8 },
)

test('any body is read or refused, and leniently always read where its messages are a list', () => {
  fc.assert(
    fc.property(anyBody, value, (given, message) => {
      for (const lenient of [false, true]) {
        const whole = { ...body, ...given, ...(lenient ? {} : { messages: [question, message] }) }
        try {
          const { ask } = parseMessagesRequest(whole, { lenient })
          for (const { role, content } of ask.turns) {
            expect([typeof role, typeof content]).toEqual(['string', 'string'])
          }
        } catch (error) {
          const isList = Array.isArray((whole as { messages?: unknown }).messages ?? [])
          expect(lenient && isList, String(error)).toBe(false)
          expect(error).toBeInstanceOf(ApiError)
          expect((error as Error).message).not.toMatch(/undefined|\[object/)
        }
      }
    }),
    { seed: 1, numRuns: 600 },
  )
})
