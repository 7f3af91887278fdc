import { expect, test } from 'vitest'
import { parseChatRequest } from '../../../protocol/chat-request.ts'
import { wordsOf } from '../../helpers/refusal.ts'

function ask(more: object) {
  const messages = [{ role: 'user', content: 'Hi.' }]
  return parseChatRequest({ model: 'gpt-4o-mini', messages, ...more }).ask
}

const schema = { type: 'object', properties: { city: { type: 'string' } } }
const f = { type: 'function', function: { name: 'f', description: 'd', parameters: schema } }
const g = { type: 'function', function: { name: 'g' } }
const c = { type: 'custom', custom: { name: 'c', format: { type: 'text' } } }
const tools = [f, g, c]
const read = [
  { kind: 'function', name: 'f', description: 'd', schema },
  { kind: 'function', name: 'g', description: '', schema: undefined },
  { kind: 'custom', name: 'c', description: '', schema: undefined },
]

test('tools and functions are read alike', () => {
  expect(ask({ tools }).tools).toEqual(read)
  const functions = [f.function, { name: 'g', parameters: {} }]
  const chat = parseChatRequest({ model: 'm', messages: [{ role: 'user' }], functions })
  expect(chat.ask.tools).toEqual(read.slice(0, 2))
  expect(chat.callsAreFunctions).toBe(true)
})

test.each([
  [{}, 'none'],
  [{ tools }, 'auto'],
  [{ tools, tool_choice: null }, 'auto'],
  [{ tools, tool_choice: 'auto' }, 'auto'],
  [{ tools, tool_choice: 'none' }, 'none'],
  [{ tools, tool_choice: 'required' }, 'required'],
  [{ tools, tool_choice: { type: 'function', function: { name: 'g' } } }, { name: 'g' }],
  [{ tools, tool_choice: { type: 'custom', custom: { name: 'c' } } }, { name: 'c' }],
  [{ functions: [f.function] }, 'auto'],
  [{ functions: [f.function], function_call: 'none' }, 'none'],
  [{ functions: [f.function], function_call: { name: 'f' } }, { name: 'f' }],
])('of %j the choice is %j', (more, choice) => {
  expect(ask(more).toolChoice).toEqual(choice)
})

test.each([
  ['auto', 'auto'],
  ['required', 'required'],
])('of allowed tools only these may be called: %s', (mode, toolChoice) => {
  const allowed_tools = { mode, tools: [{ type: 'function', function: { name: 'g' } }] }
  expect(ask({ tools, tool_choice: { type: 'allowed_tools', allowed_tools } })).toMatchObject({
    tools: [{ name: 'g' }],
    toolChoice,
  })
})

const named = (name: unknown, more = {}) => ({ type: 'function', function: { name, ...more } })
const PATTERN = "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."

test.each([
  [
    { tools: [] },
    "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'tools',
    'empty_array',
  ],
  [
    { tools: Array.from({ length: 129 }, (_, i) => named(`f${i}`)) },
    "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 129 instead.",
    'tools',
    'array_above_max_length',
  ],
  [
    { tools: [{}] },
    "Missing required parameter: 'tools[0].type'.",
    'tools[0].type',
    'missing_required_parameter',
  ],
  [
    { tools: [{ type: 'web_search' }] },
    "Invalid value: 'web_search'. Supported values are: 'function' and 'custom'.",
    'tools[0].type',
    'invalid_value',
  ],
  [
    // the form of the Responses API
    { tools: [{ type: 'function', name: 'f' }] },
    "Missing required parameter: 'tools[0].function'.",
    'tools[0].function',
    'missing_required_parameter',
  ],
  [
    { tools: [named(undefined)] },
    "Missing required parameter: 'tools[0].function.name'.",
    'tools[0].function.name',
    'missing_required_parameter',
  ],
  [
    { tools: [f, named('get weather')] },
    `Invalid 'tools[1].function.name': string does not match pattern. ${PATTERN}`,
    'tools[1].function.name',
    'invalid_value',
  ],
  [
    { tools: [named('')] },
    "Invalid 'tools[0].function.name': empty string. Expected a string with minimum length 1, but got an empty string instead.",
    'tools[0].function.name',
    'empty_string',
  ],
  [
    { tools: [named('f'.repeat(65))] },
    "Invalid 'tools[0].function.name': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
    'tools[0].function.name',
    'string_above_max_length',
  ],
  [
    { tools: [named('f', { description: 'd'.repeat(1025) })] },
    "Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024, but got a string with length 1025 instead.",
    'tools[0].function.description',
    'string_above_max_length',
  ],
  [
    { tools: [named('f', { strict: 'yes' })] },
    "Invalid type for 'tools[0].function.strict': expected a boolean, but got a string instead.",
    'tools[0].function.strict',
    'invalid_type',
  ],
  [
    { tools: [f, f] },
    "Invalid 'tools[1].function.name': the name 'f' is used more than once.",
    'tools[1].function.name',
    'invalid_value',
  ],
  [
    { tools: [named('f', { parameters: { type: 'array', items: {} } })] },
    `Invalid schema for function 'f': schema must be a JSON Schema of 'type: "object"', got 'type: "array"'.`,
    'tools[0].function.parameters',
    'invalid_function_parameters',
  ],
  [
    { tools: [g, named('f', { strict: true, parameters: schema })] },
    "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    'tools[1].function.parameters',
    'invalid_function_parameters',
  ],
  [
    { functions: [{ name: 'f', parameters: { type: 'object' } }] },
    "Invalid schema for function 'f': In context=(), object schema missing properties.",
    'functions[0].parameters',
    'invalid_function_parameters',
  ],
  [
    {
      tools: [{ type: 'custom', custom: { name: 'c', format: { type: 'grammar', grammar: {} } } }],
    },
    "Missing required parameter: 'tools[0].custom.format.grammar.definition'.",
    'tools[0].custom.format.grammar.definition',
    'missing_required_parameter',
  ],
  [
    { tool_choice: 'auto' },
    "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
    'tool_choice',
    null,
  ],
  [
    { tools, tool_choice: 'any' },
    "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
    'tool_choice',
    'invalid_value',
  ],
  [
    { tools, tool_choice: 5 },
    "Invalid type for 'tool_choice': expected one of a string or object, but got an integer instead.",
    'tool_choice',
    'invalid_type',
  ],
  [
    { tools, tool_choice: { type: 'function', name: 'f' } },
    "Missing required parameter: 'tool_choice.function'.",
    'tool_choice.function',
    'missing_required_parameter',
  ],
  [
    { tools, tool_choice: named('h') },
    "Invalid value for 'tool_choice': no function named 'h' was specified in the 'tools' parameter.",
    'tool_choice',
    null,
  ],
  [
    {
      tools,
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [named('h')] } },
    },
    "Invalid value for 'tool_choice': no function named 'h' was specified in the 'tools' parameter.",
    'tool_choice',
    null,
  ],
  [
    { function_call: 'auto' },
    "Invalid value for 'function_call': 'function_call' is only allowed when 'functions' are specified.",
    'function_call',
    null,
  ],
  [
    { functions: [f.function], function_call: { name: 'h' } },
    "Invalid value for 'function_call': no function named 'h' was specified in the 'functions' parameter.",
    'function_call',
    null,
  ],
])('%j is refused', (more, message, param, code) => {
  expect(wordsOf(() => ask(more))).toEqual([message, param, code])
})
