import { expect, test } from 'vitest'
import type { ChatBodyWords, Message } from '../../../protocol/chat-body.ts'
import { responsesBody } from '../../../protocol/responses-body.ts'
import { parseResponsesRequest } from '../../../protocol/responses-request.ts'

function bodyOf(words: Partial<ChatBodyWords>) {
  return responsesBody({ model: 'gpt-5', messages: [], stream: false, ...words })
}

/** The server's own reading of it, which refuses what the API would refuse. */
function check(body: object) {
  parseResponsesRequest(body, { lenient: false, foreign: false })
}

test('our words become the fields of this API, and nothing is kept on the server', () => {
  const messages = [{ role: 'user', content: 'Hi' }] as const
  const body = bodyOf({ messages, maxTokens: 70, temperature: 0.2, stream: true })
  expect(body).toEqual({
    model: 'gpt-5',
    input: messages,
    max_output_tokens: 70,
    temperature: 0.2,
    stream: true,
    store: false,
  })
  check(body)
  expect(bodyOf({ extra: { store: true } })).toMatchObject({ store: true })
})

test.each<[string, Message, object[]]>([
  ['a text', { role: 'system', content: 'Be short.' }, [{ role: 'system', content: 'Be short.' }]],
  [
    'parts',
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
        { type: 'file', file: { file_id: 'file-1' } },
      ],
    },
    [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is it?' },
          { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'low' },
          { type: 'input_file', file_id: 'file-1' },
        ],
      },
    ],
  ],
  [
    'an answer as it came',
    { role: 'assistant', content: 'Yes.', refusal: null, annotations: [] },
    [{ role: 'assistant', content: 'Yes.' }],
  ],
  [
    'a refusal',
    { role: 'assistant', content: null, refusal: 'No.' },
    [{ role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] }],
  ],
  [
    'calls, and no words',
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{}' } },
      ],
    },
    [{ type: 'function_call', call_id: 'call_1', name: 'look_up', arguments: '{}' }],
  ],
  [
    "a call's result",
    { role: 'tool', tool_call_id: 'call_1', content: 'Sunny' },
    [{ type: 'function_call_output', call_id: 'call_1', output: 'Sunny' }],
  ],
])('a message of the conversation: %s', (_, message, input) => {
  expect(bodyOf({ messages: [message] }).input).toEqual(input)
})

test('the result of a custom call is one of a custom call', () => {
  const call = { id: 'call_1', type: 'custom', custom: { name: 'run', input: 'ls' } }
  const messages = [
    { role: 'user', content: 'Run it.' },
    { role: 'assistant', content: 'So be it.', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'a.txt' },
  ] as const
  const body = bodyOf({ messages })
  expect(body.input).toEqual([
    messages[0],
    { role: 'assistant', content: 'So be it.' },
    { type: 'custom_tool_call', call_id: 'call_1', name: 'run', input: 'ls' },
    { type: 'custom_tool_call_output', call_id: 'call_1', output: 'a.txt' },
  ])
  check(body)
})

const parameters = { type: 'object', properties: {} }
test.each<[string, Record<string, unknown>, object]>([
  [
    'a function, strict only if it says so',
    { tools: [{ type: 'function', function: { name: 'f', parameters } }] },
    { tools: [{ type: 'function', name: 'f', parameters, strict: false }] },
  ],
  [
    'a custom tool with its grammar',
    {
      tools: [
        {
          type: 'custom',
          custom: {
            name: 'c',
            format: { type: 'grammar', grammar: { syntax: 'regex', definition: 'a+' } },
          },
        },
      ],
    },
    {
      tools: [
        {
          type: 'custom',
          name: 'c',
          format: { type: 'grammar', syntax: 'regex', definition: 'a+' },
        },
      ],
    },
  ],
  [
    'a tool in this API’s own words',
    { tools: [{ type: 'web_search' }] },
    { tools: [{ type: 'web_search' }] },
  ],
  [
    'the tool to call',
    {
      tools: [{ type: 'function', function: { name: 'f', parameters } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
    },
    { tool_choice: { type: 'function', name: 'f' } },
  ],
  ['whether to call', { tool_choice: 'auto' }, { tool_choice: 'auto' }],
  [
    'a format',
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 's', schema: { type: 'object' } },
      },
      verbosity: 'low',
    },
    {
      text: {
        format: { type: 'json_schema', name: 's', schema: { type: 'object' } },
        verbosity: 'low',
      },
    },
  ],
  [
    'an effort beside a summary',
    { reasoning_effort: 'low', reasoning: { summary: 'auto' } },
    { reasoning: { effort: 'low', summary: 'auto' } },
  ],
  ['a limit', { max_completion_tokens: 50 }, { max_output_tokens: 50 }],
  ['what both know', { top_p: 0.5, metadata: { a: 'b' } }, { top_p: 0.5, metadata: { a: 'b' } }],
])('a field of chat completions: %s', (_, extra, expected) => {
  const body = bodyOf({ messages: [{ role: 'user', content: 'Hi' }], extra })
  expect(body).toMatchObject(expected)
  for (const name of Object.keys(extra)) {
    if (!(name in expected) && name !== 'tools') expect(body).not.toHaveProperty(name)
  }
  check(body)
})
