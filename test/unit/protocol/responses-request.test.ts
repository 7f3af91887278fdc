import { describe, expect, test } from 'vitest'
import type { Json } from '../../../protocol/checks.ts'
import { ApiError } from '../../../protocol/errors/api-error.ts'
import { readInput } from '../../../protocol/responses-input.ts'
import { askOf, parseResponsesRequest } from '../../../protocol/responses-request.ts'

const strict = { lenient: false }
const model = 'gpt-4o-mini'
const input = 'Hello.'

function parse(body: unknown, options = strict) {
  return parseResponsesRequest(body, options)
}

function ask(body: Json, context: readonly Json[] = []) {
  return askOf(parse({ model, input, ...body }), readInput(context))
}

function refusal(act: () => unknown) {
  try {
    act()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return [error.status, error.param, error.code, error.message]
  }
  return 'nothing was refused'
}

const tool = { type: 'function', name: 'look', parameters: null }
const call = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' }
const output = { type: 'function_call_output', call_id: 'call_1', output: 'seen' }

describe('faults are told in the words of the API', () => {
  const missing = 'missing_required_parameter'
  const wrong = 'invalid_type'
  const elsewhere = (from: string, to: string) =>
    `Unsupported parameter: '${from}'. In the Responses API, this parameter has moved to '${to}'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.`
  test.each<[Json, string | null, string | null, string]>([
    [{ model: undefined }, 'model', missing, "Missing required parameter: 'model'."],
    [{ model: '', input: undefined }, 'model', missing, "Missing required parameter: 'model'."],
    [{ input: undefined, zzz: 1 }, 'input', missing, "Missing required parameter: 'input'."],
    [{ zzz: 1, temperature: 'x' }, 'zzz', 'unknown_parameter', "Unknown parameter: 'zzz'."],
    [
      { input: undefined, messages: [] },
      null,
      'unsupported_parameter',
      elsewhere('messages', 'input'),
    ],
    [
      { max_tokens: 5 },
      null,
      'unsupported_parameter',
      elsewhere('max_tokens', 'max_output_tokens'),
    ],
    [
      { temperature: '0.5' },
      'temperature',
      wrong,
      "Invalid type for 'temperature': expected a decimal, but got a string instead.",
    ],
    [
      { input: 42 },
      'input',
      wrong,
      "Invalid type for 'input': expected one of a string or array of objects, but got an integer instead.",
    ],
    [
      { max_output_tokens: 15 },
      'max_output_tokens',
      'integer_below_min_value',
      "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 15 instead.",
    ],
    [
      { input: [{ role: 'robot', content: 'x' }] },
      'input[0].role',
      'invalid_value',
      "Invalid value: 'robot'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_text' }] }] },
      'input[0].content[0].text',
      missing,
      "Missing required parameter: 'input[0].content[0].text'.",
    ],
    [
      { input: [{ id: 'abc', role: 'user', content: 'x' }] },
      'input[0].id',
      'invalid_value',
      "Invalid 'input[0].id': 'abc'. Expected an ID that begins with 'msg'.",
    ],
    [
      { tools: [{ type: 'function', function: { name: 'look' } }] },
      'tools[0].name',
      missing,
      "Missing required parameter: 'tools[0].name'.",
    ],
    [
      { tools: [{ type: 'code_interpreter' }] },
      'tools[0].container',
      missing,
      "Missing required parameter: 'tools[0].container'.",
    ],
    [
      { tools: [{ type: 'image_generation', partial_images: 1e9 }] },
      'tools[0].partial_images',
      'integer_above_max_value',
      "Invalid 'tools[0].partial_images': integer above maximum value. Expected a value <= 3, but got 1000000000 instead.",
    ],
    [
      { tools: [{ ...tool, strict: true, parameters: { type: 'object', properties: {} } }] },
      'tools[0].parameters',
      'invalid_function_parameters',
      "Invalid schema for function 'look': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    ],
    [
      { tool_choice: { type: 'web_search' }, tools: [tool] },
      'tool_choice',
      null,
      "Tool choice 'web_search' not found in 'tools' parameter.",
    ],
    [
      { tool_choice: 'required' },
      'tool_choice',
      null,
      "Tool choice 'required' must be specified with 'tools' parameter.",
    ],
    [
      { text: { format: { type: 'json_schema', schema: {} } } },
      'text.format.name',
      missing,
      "Missing required parameter: 'text.format.name'.",
    ],
    [
      { text: { format: { type: 'json_schema', name: 'a', strict: true, schema: {} } } },
      'text.format.schema',
      'invalid_json_schema',
      `Invalid schema for response_format 'a': schema must be a JSON Schema of 'type: "object"', got 'type: "None"'.`,
    ],
    [
      { previous_response_id: 'resp_1', conversation: 'conv_1' },
      null,
      'mutually_exclusive_parameters',
      "Mutually exclusive parameters: 'previous_response_id'. Ensure you are only providing one of: 'previous_response_id' or 'conversation'.",
    ],
    [
      { previous_response_id: 'chatcmpl-1' },
      'previous_response_id',
      'invalid_value',
      "Invalid 'previous_response_id': 'chatcmpl-1'. Expected an ID that begins with 'resp'.",
    ],
    [
      { stream_options: { include_obfuscation: false } },
      'stream_options',
      null,
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    ],
  ])('%j', (fields, param, code, message) => {
    expect(refusal(() => parse({ model, input, ...fields }))).toEqual([400, param, code, message])
  })
})

describe('what only shows together with what came before', () => {
  test.each<[string, Json, readonly Json[], string | null, string | null, string]>([
    [
      'an empty input with nothing before it',
      { input: [] },
      [],
      null,
      'missing_required_parameter',
      `One of "input" or "previous_response_id" or 'prompt' or 'conversation' must be provided.`,
    ],
    [
      'an answer to no call',
      { input: [output] },
      [],
      'input',
      null,
      'No tool call found for function call output with call_id call_1.',
    ],
    [
      'a call without an answer',
      { input: 'Well?' },
      [call],
      'input',
      null,
      'No tool output found for function call call_1.',
    ],
    [
      'JSON that nobody spoke of',
      { text: { format: { type: 'json_object' } } },
      [],
      'input',
      null,
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
    ],
    [
      'a temperature where a model reasons',
      { model: 'gpt-5', temperature: 0.1 },
      [],
      'temperature',
      null,
      "Unsupported parameter: 'temperature' is not supported with this model.",
    ],
    [
      'effort of a model that does not reason',
      { reasoning: { effort: 'low' } },
      [],
      'reasoning.effort',
      'unsupported_parameter',
      "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
    ],
  ])('%s', (_, body, context, param, code, message) => {
    expect(refusal(() => ask(body, context))).toEqual([400, param, code, message])
  })

  test('a call that was made before is answered', () => {
    expect(ask({ input: [output] }, [call]).turns).toEqual([
      { role: 'assistant', content: '', calls: [{ id: 'call_1', name: 'look', arguments: '{}' }] },
      { role: 'tool', content: 'seen', callId: 'call_1' },
    ])
  })

  test('an empty input is enough where something came before', () => {
    const request = parse({ model, input: [], previous_response_id: 'resp_1' })
    const { turns } = askOf(request, readInput('Hello.'))
    expect(turns).toEqual([{ role: 'user', content: 'Hello.' }])
  })
})

test('instructions stand before what came before, and the input behind it', () => {
  const { turns } = ask({ instructions: 'Be brief.' }, [{ role: 'user', content: 'First.' }])
  expect(turns).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'First.' },
    { role: 'user', content: 'Hello.' },
  ])
})

test('fields become what is asked of the model', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  const format = { type: 'json_schema', name: 'answer', schema }
  const body = {
    max_output_tokens: 20,
    parallel_tool_calls: false,
    include: ['message.output_text.logprobs'],
    top_logprobs: 3,
    text: { format },
    tools: [{ type: 'function', name: 'look', description: 'Looks.', parameters: schema }],
    tool_choice: { type: 'function', name: 'look' },
  }
  expect(ask(body)).toMatchObject({
    model,
    maxTokens: 20,
    parallelCalls: false,
    topLogprobs: 3,
    format: { kind: 'schema', name: 'answer', schema },
    tools: [{ kind: 'function', name: 'look', description: 'Looks.', schema }],
    toolChoice: { name: 'look' },
  })
  expect(ask({}).topLogprobs).toBe(undefined)
})

test('the provider’s own tools are told apart from those that the caller runs', () => {
  const shell = { type: 'shell' }
  const search = { type: 'web_search_preview' }
  const { toolUse } = parse({ model, input, tools: [tool, search, shell], tool_choice: search })
  expect(toolUse.tools.map(({ name }) => name)).toEqual(['look', 'hosted:shell'])
  expect(toolUse.hosted.map(({ kind }) => kind)).toEqual(['web_search'])
  expect(toolUse.hostedChoice?.wire).toBe(search)
  expect(toolUse.toolChoice).toBe('none')
})

test('of tools, only those that are allowed are offered', () => {
  const other = { ...tool, name: 'listen' }
  const allowed = {
    type: 'allowed_tools',
    mode: 'required',
    tools: [{ type: 'function', name: 'listen' }],
  }
  const { tools, toolChoice } = ask({ tools: [tool, other], tool_choice: allowed })
  expect(tools.map(({ name }) => name)).toEqual(['listen'])
  expect(toolChoice).toBe('required')
})

test('lenient, placeholders are taken and nothing needs to be there', () => {
  const lenient = { lenient: true }
  expect(askOf(parse({}, lenient), []).model).toBe('gpt-4o-mini')
  const body = { max_output_tokens: 0, zzz: 1, previous_response_id: 'x', conversation: 'y' }
  expect(askOf(parse(body, lenient), []).maxTokens).toBe(undefined)
  expect(refusal(() => parse({ input: 42 }, lenient))).toContain('invalid_type')
})

test('another provider takes any number of output tokens, and names that it does not know', () => {
  const foreign = { lenient: false, foreign: true }
  const request = parse({ model, input, max_output_tokens: 1, min_p: 0.1 }, foreign)
  expect(askOf(request, []).maxTokens).toBe(1)
})
