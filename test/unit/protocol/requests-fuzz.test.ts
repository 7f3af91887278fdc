import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseChatRequest } from '../../../protocol/chat-request.ts'
import { parseCompletionsRequest } from '../../../protocol/completions-request.ts'
import { ApiError } from '../../../protocol/errors/api-error.ts'

/** Values that the parsers look at, at the places where they look, or anything. */
const word = fc.constantFrom(
  ...['user', 'assistant', 'tool', 'system', 'function', 'custom', 'text', 'image_url', 'auto'],
  ...['required', 'allowed_tools', 'json_object', 'json_schema', 'object', 'array', 'f', 'call_1'],
  ...['none', 'audio', 'input_audio', 'file', 'content', 'gpt-4o', 'o3', 'gpt-4', 'gpt-audio'],
)
const name = fc.constantFrom(
  ...['type', 'role', 'content', 'function', 'custom', 'name', 'parameters', 'strict', 'tools'],
  ...['tool_calls', 'tool_call_id', 'id', 'arguments', 'input', 'image_url', 'url', 'json_schema'],
  ...['schema', 'properties', 'required', 'items', 'anyOf', '$ref', 'additionalProperties', 'mode'],
  ...['allowed_tools', 'text', 'input_audio', 'file', 'format', 'voice', 'refusal', '__proto__'],
)
const field = fc.constantFrom(
  ...['model', 'messages', 'n', 'stop', 'temperature', 'tools', 'tool_choice', 'functions'],
  ...['function_call', 'response_format', 'stream', 'stream_options', 'logit_bias', 'metadata'],
  ...['prediction', 'modalities', 'audio', 'logprobs', 'top_logprobs', 'max_tokens', 'prompt'],
  ...['reasoning_effort', 'best_of', 'echo', 'suffix', 'seed', 'user', 'constructor'],
)
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    word,
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5 }),
  ),
}))
/** What is right nine times out of ten. */
function mostly<T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 9, arbitrary: right as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: value },
  )
}
const message = fc.record(
  {
    role: fc.constantFrom('system', 'user', 'developer', 'assistant'),
    content: mostly(fc.constantFrom('json', '', null)),
    name: mostly(fc.constant('n')),
    tool_calls: mostly(fc.constant(null)),
  },
  { requiredKeys: ['role'] },
)
const tool = fc.record({
  type: fc.constant('function'),
  function: fc.record(
    { name: fc.constantFrom('f', 'g'), parameters: mostly(fc.constant({})), strict: fc.boolean() },
    { requiredKeys: ['name'] },
  ),
})
const nearly = fc.record(
  {
    model: fc.constantFrom('gpt-4o', 'o3', 'gpt-4', 'gpt-audio', 'm'),
    messages: fc.array(mostly(message), { minLength: 1, maxLength: 3 }),
    n: mostly(fc.constantFrom(1, 2)),
    stop: mostly(fc.constantFrom('x', ['x'])),
    max_tokens: mostly(fc.constantFrom(1, 10)),
    stream: fc.boolean(),
    tools: mostly(fc.array(tool, { minLength: 1, maxLength: 2 })),
    tool_choice: mostly(fc.constantFrom('auto', { type: 'function', function: { name: 'f' } })),
    response_format: mostly(fc.constantFrom({ type: 'text' }, { type: 'json_object' })),
    metadata: mostly(fc.constant({ a: 'b' })),
  },
  { requiredKeys: ['model', 'messages'] },
)
const body = fc.oneof(fc.jsonValue(), fc.dictionary(field, value, { maxKeys: 8 }), {
  weight: 3,
  arbitrary: nearly,
})

const completion = fc.record(
  {
    model: fc.constantFrom('gpt-3.5-turbo-instruct', 'm', 'tts-1'),
    prompt: mostly(fc.constantFrom('a', ['a', 'b'], [1, 2], [[1], [2]])),
    n: mostly(fc.constantFrom(1, 2)),
    best_of: mostly(fc.constantFrom(1, 3)),
    stream: fc.boolean(),
    logprobs: mostly(fc.constant(2)),
  },
  { requiredKeys: ['model'] },
)

/** What `parse` gives, or its refusal; anything else it throws is a bug. */
function outcome<T>(parse: (given: unknown) => T, given: unknown): T | undefined {
  try {
    return parse(given)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const isPlain = !/undefined|\[object/.test(error.message)
    if (error.status < 400 || error.status >= 500 || !isPlain) throw error
    return undefined
  }
}

test('any chat is read or refused, and nothing else', () => {
  let read = 0
  fc.assert(
    fc.property(body, given => {
      const chat = outcome(parseChatRequest, given)
      if (!chat) return
      read++
      expect(chat.ask.turns.length).toBe((given as { messages: unknown[] }).messages.length)
      for (const { role, content } of chat.ask.turns) {
        expect([typeof role, typeof content]).toEqual(['string', 'string'])
      }
      // What is taken strictly is taken leniently, and as the same.
      expect(parseChatRequest(given, { lenient: true })).toEqual(chat)
    }),
    { numRuns: 1500, seed: 1 },
  )
  expect(read).toBeGreaterThan(50) // else it has tried refusals only
})

test('any object is a lenient request, unless its messages are no list', () => {
  fc.assert(
    fc.property(body, given => {
      const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
      const { messages } = (isObject ? given : {}) as { messages?: unknown }
      const isChat = isObject && (messages == null || Array.isArray(messages))
      const chat = outcome(wire => parseChatRequest(wire, { lenient: true }), given)
      const completions = outcome(wire => parseCompletionsRequest(wire, { lenient: true }), given)
      expect([chat !== undefined, completions !== undefined]).toEqual([isChat, isObject])
      if (!chat) return
      expect(chat.ask.choices).toBeGreaterThanOrEqual(1)
      expect(chat.ask.model).not.toBe('')
    }),
    { numRuns: 800, seed: 2 },
  )
})

test('any completion is read or refused, and nothing else', () => {
  let read = 0
  fc.assert(
    fc.property(fc.oneof(body, completion), given => {
      const request = outcome(parseCompletionsRequest, given)
      if (!request) return
      read++
      expect(request.prompts.length * request.choices).toBeGreaterThanOrEqual(1)
      expect(request.prompts.length * request.choices).toBeLessThanOrEqual(128)
    }),
    { numRuns: 800, seed: 3 },
  )
  expect(read).toBeGreaterThan(50)
})

test('a large body is parsed in time that grows with it, and no faster', () => {
  const large = {
    model: 'gpt-4o',
    messages: Array.from({ length: 1000 }, (_, i) => ({
      role: 'assistant',
      tool_calls: [{ id: `call_${i}`, type: 'function', function: { name: 'f', arguments: '{}' } }],
    })).flatMap((message, i) => [
      message,
      { role: 'tool', tool_call_id: `call_${i}`, content: 'x' },
    ]),
    tools: Array.from({ length: 128 }, (_, i) => ({
      type: 'function',
      function: { name: `f${i}`, strict: true, parameters: nested(100) },
    })),
  }
  const startMs = performance.now()
  expect(parseChatRequest(large).ask.turns).toHaveLength(2000)
  expect(performance.now() - startMs).toBeLessThan(1000)
})

function nested(depth: number): object {
  const properties = depth === 0 ? {} : { a: nested(depth - 1) }
  const required = Object.keys(properties)
  return { type: 'object', properties, required, additionalProperties: false }
}
