import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../../../base/random.ts'
import type { FinishReason, ReplyItem } from '../../../../../mock-server/engine/reply.ts'
import { replyToken } from '../../../../../mock-server/engine/reply-token.ts'
import { hostedCalls } from '../../../../../mock-server/engine/responses/hosted.ts'
import { outputItems } from '../../../../../mock-server/engine/responses/output.ts'
import {
  type ResponseFailure,
  type ResponsesScript,
  responsesScript,
} from '../../../../../mock-server/engine/responses/script.ts'
import { say } from '../../../../../mock-server/engine/said.ts'
import type { Json } from '../../../../../protocol/checks.ts'
import { askOf, parseResponsesRequest } from '../../../../../protocol/responses-request.ts'

/** One token a word. */
function words(text: string) {
  return say(text.split(/(?<= )/).map(word => replyToken({ text: word, tokens: 1 })))
}

const text = (said: string): ReplyItem => ({ kind: 'text', ...words(said) })
const thought = (said: string): ReplyItem => ({ kind: 'reasoning', ...words(said) })
const call = (name: string, said: string, tool: 'function' | 'custom' = 'function'): ReplyItem => ({
  ...{ kind: 'call', tool, name },
  ...words(said),
})

interface Setting {
  readonly body?: Json
  readonly items?: readonly ReplyItem[]
  readonly finishReason?: FinishReason
  readonly failure?: ResponseFailure
  readonly reasoningText?: 'reasoning' | 'reasoning_text'
  readonly callDeltas?: boolean
}

/** Tokens are due at 100, 110, 120 ms … */
function scriptOf(setting: Setting): ResponsesScript {
  const { items = [text('Two words')], finishReason = 'stop', failure } = setting
  const { reasoningText, callDeltas = true } = setting
  const body = { model: 'gpt-4o-mini', input: 'Find rivers.', stream: true, ...setting.body }
  const request = parseResponsesRequest(body, { lenient: true })
  const ask = askOf(request, [])
  const random = createRandom('test')
  const reply = { items, finishReason, stoppedAt: undefined, outputTokens: 2, reasoningTokens: 0 }
  const steps = items.reduce((sum, { tokens }) => sum + Math.max(1, tokens.length), 0)
  const dueMs = Array.from({ length: steps }, (_, i) => 100 + 10 * i)
  const counts = { promptTokens: 7, cachedTokens: 0, outputTokens: 2, reasoningTokens: 0 }
  const hosted = hostedCalls({ request, ask, context: [], promptTokens: 7, random })
  return responsesScript({
    request,
    plan: { id: 'resp_1', ...counts, choices: [reply], dueMs },
    id: 'resp_1',
    createdAt: 1000,
    items: outputItems({
      request,
      reply,
      hosted,
      random,
      reasoningText: reasoningText !== undefined,
    }),
    failure,
    habits: { reasoningText, callDeltas },
  })
}

type Event = Json & { readonly type: string; readonly sequence_number: number }

function eventsOf(script: ResponsesScript, includeObfuscation = true): Event[] {
  const steps = [...script.read({ includeObfuscation })]
  expect(steps.length).toBe(script.dueMs.length)
  const events = steps.flat()
  const told = events.map(({ data }) => JSON.parse(data) as Event)
  expect(events.map(({ name }) => name)).toEqual(told.map(({ type }) => type))
  expect(told.map(event => event.sequence_number)).toEqual(told.map((_, i) => i))
  return told
}

/** Without `response.`, repetitions as `×N`. */
function order(events: readonly Event[]): string {
  const types: string[] = []
  for (const { type } of events) {
    const short = type.replace('response.', '')
    const [last, times = '1'] = types.at(-1)?.split('×') ?? []
    if (last === short) types[types.length - 1] = `${short}×${Number(times) + 1}`
    else types.push(short)
  }
  return types.join(' ')
}

const message = (deltas: string) =>
  `output_item.added content_part.added output_text.delta${deltas} output_text.done content_part.done output_item.done`

describe('events come in the order of the wire', () => {
  const tools = (...list: Json[]) => ({ tools: list })
  test.each<[string, Setting, string]>([
    ['text', {}, `created in_progress ${message('×2')} completed`],
    ['an empty text', { items: [text('')] }, `created in_progress ${message('')} completed`],
    [
      'a refusal',
      { items: [{ kind: 'refusal', ...words('I cannot') }] },
      'created in_progress output_item.added content_part.added refusal.delta×2 refusal.done content_part.done output_item.done completed',
    ],
    [
      'a function call',
      { items: [call('look', '{"a": 1}')] },
      'created in_progress output_item.added function_call_arguments.delta×2 function_call_arguments.done output_item.done completed',
    ],
    [
      'a function call, told when it is complete',
      { items: [call('look', '{"a": 1}')], callDeltas: false },
      'created in_progress output_item.added function_call_arguments.done output_item.done completed',
    ],
    [
      'two calls',
      { items: [call('look', '{}'), call('note', 'some text', 'custom')] },
      'created in_progress output_item.added function_call_arguments.delta function_call_arguments.done output_item.done output_item.added custom_tool_call_input.delta×2 custom_tool_call_input.done output_item.done completed',
    ],
    [
      'reasoning that is not shown',
      { items: [thought('First this.'), text('Well')] },
      `created in_progress output_item.added output_item.done ${message('')} completed`,
    ],
    [
      'reasoning in short, a part for each paragraph',
      {
        body: { reasoning: { summary: 'auto' } },
        items: [
          {
            kind: 'reasoning',
            ...say(['One.', '\n\n', 'Two', '.'].map(said => replyToken({ text: said, tokens: 1 }))),
          },
          text('Well'),
        ],
      },
      `created in_progress output_item.added reasoning_summary_part.added reasoning_summary_text.delta×2 reasoning_summary_text.done reasoning_summary_part.done reasoning_summary_part.added reasoning_summary_text.delta×2 reasoning_summary_text.done reasoning_summary_part.done output_item.done ${message('')} completed`,
    ],
    [
      'reasoning word for word',
      { items: [thought('First this.'), text('Well')], reasoningText: 'reasoning_text' },
      `created in_progress output_item.added content_part.added reasoning_text.delta×2 reasoning_text.done content_part.done output_item.done ${message('')} completed`,
    ],
    [
      'a text that is cut',
      { finishReason: 'length' },
      `created in_progress ${message('×2')} incomplete`,
    ],
    [
      'in the background',
      { body: { background: true } },
      `created queued in_progress ${message('×2')} completed`,
    ],
    [
      'a failure',
      { failure: { type: 'invalid_request_error', code: 'x', message: 'No.', param: null } },
      'created in_progress error failed',
    ],
    [
      'a search',
      { body: tools({ type: 'web_search' }) },
      `created in_progress output_item.added web_search_call.in_progress web_search_call.searching web_search_call.completed output_item.done ${message('×2').replace('output_text.done', 'output_text.annotation.added output_text.done')} completed`,
    ],
    [
      'code that is run',
      { body: tools({ type: 'code_interpreter', container: { type: 'auto' } }) },
      `created in_progress output_item.added code_interpreter_call.in_progress code_interpreter_call_code.delta×3 code_interpreter_call_code.done code_interpreter_call.interpreting code_interpreter_call.completed output_item.done ${message('×2')} completed`,
    ],
    [
      'a picture',
      { body: tools({ type: 'image_generation', partial_images: 2 }) },
      `created in_progress output_item.added image_generation_call.in_progress image_generation_call.generating image_generation_call.partial_image×2 image_generation_call.completed output_item.done ${message('×2')} completed`,
    ],
    [
      'an MCP server',
      { body: tools({ type: 'mcp', server_label: 's', require_approval: 'never' }) },
      `created in_progress output_item.added mcp_list_tools.in_progress mcp_list_tools.completed output_item.done output_item.added mcp_call.in_progress mcp_call_arguments.delta mcp_call_arguments.done mcp_call.completed output_item.done ${message('×2')} completed`,
    ],
    [
      'a conversation that is compacted',
      { body: { context_management: [{ type: 'compaction', compact_threshold: 5 }] } },
      `created in_progress output_item.added output_item.done ${message('×2')} completed`,
    ],
  ])('%s', (_, setting, expected) => {
    expect(order(eventsOf(scriptOf(setting)))).toBe(expected)
  })
})

test('a tool that is chosen is used; others are not where the caller’s functions are offered', () => {
  const look = { type: 'function', name: 'look' }
  const both = { tools: [look, { type: 'web_search' }] }
  expect(order(eventsOf(scriptOf({ body: both })))).not.toContain('web_search')
  const chosen = { ...both, tool_choice: { type: 'web_search' } }
  expect(order(eventsOf(scriptOf({ body: chosen })))).toContain('web_search_call.completed')
})

test('deltas are padded to 16 characters, or not at all', () => {
  const script = scriptOf({ items: [text('A word 🎉 and exactlysixteench')] })
  for (const { type, delta, obfuscation } of eventsOf(script)) {
    if (!type.endsWith('.delta')) continue
    expect(([...(delta as string)].length + (obfuscation as string).length) % 16).toBe(0)
  }
  expect(eventsOf(script, false).filter(event => 'obfuscation' in event)).toEqual([])
})

test('deltas end to end are what is told at the end, and the object holds the same', () => {
  const script = scriptOf({ items: [text('Some words of text'), call('look', '{"a": "b c"}')] })
  const events = eventsOf(script)
  const joined = (type: string) =>
    events.flatMap(event => (event.type === type ? [event.delta] : [])).join('')
  const { output } = script.objectAfter(script.dueMs.length) as { output: Json[] }
  expect(joined('response.output_text.delta')).toBe('Some words of text')
  expect(joined('response.function_call_arguments.delta')).toBe('{"a": "b c"}')
  expect(output).toMatchObject([
    { type: 'message', status: 'completed', content: [{ text: 'Some words of text' }] },
    { type: 'function_call', status: 'completed', arguments: '{"a": "b c"}', name: 'look' },
  ])
  const items = events.filter(({ type }) => type === 'response.output_item.done')
  expect(items.map(({ item }) => item)).toEqual(output)
  expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { output } })
})

test('the object grows with the steps: queued, in progress, item by item, completed', () => {
  const script = scriptOf({ body: { background: true }, items: [text('One.'), text('Two words')] })
  const at = (steps: number) => {
    const { status, output, usage, service_tier } = script.objectAfter(steps) as {
      [name: string]: unknown
      output: unknown[]
    }
    return [status, output.length, usage === null, service_tier]
  }
  expect([0, 1, 2, 3, 4, 5].map(at)).toEqual([
    ['queued', 0, true, 'auto'],
    ['queued', 0, true, 'auto'],
    ['in_progress', 0, true, 'auto'],
    ['in_progress', 1, true, 'auto'],
    ['in_progress', 1, true, 'auto'],
    ['completed', 2, false, 'default'],
  ])
  expect(script.objectAfter(3, true)).toMatchObject({ status: 'cancelled', completed_at: null })
})

test('what is run before the answer takes part of the time to its first token', () => {
  const script = scriptOf({ body: { tools: [{ type: 'web_search' }] } })
  expect(script.dueMs).toEqual([0, 100 / 6, 200 / 6, 50, 400 / 6, 500 / 6, 100, 110])
})

test('a cut text is incomplete, with the reason', () => {
  const object = (finishReason: FinishReason) => scriptOf({ finishReason }).objectAfter(99)
  expect(object('length')).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    completed_at: null,
    output: [{ status: 'incomplete' }],
  })
  expect(object('content_filter')).toMatchObject({
    incomplete_details: { reason: 'content_filter' },
  })
})

test('a failure tells its reason twice, the second time in the object', () => {
  const failure = {
    type: 't',
    code: 'context_length_exceeded',
    message: 'Too long.',
    param: 'input',
  }
  const events = eventsOf(scriptOf({ failure }))
  expect(events.at(-2)).toEqual({ type: 'error', sequence_number: 2, error: failure })
  expect(events.at(-1)!.response).toMatchObject({
    status: 'failed',
    error: { code: 'context_length_exceeded', message: 'Too long.' },
    output: [],
    usage: null,
  })
})

test('encrypted reasoning is there when it is asked for', () => {
  const items = [thought('Hm'), text('Well')]
  const include = ['reasoning.encrypted_content']
  const [reasoning] = scriptOf({ items, body: { include } }).objectAfter(99).output as Json[]
  expect(reasoning).toMatchObject({
    summary: [],
    encrypted_content: expect.stringMatching(/^gAAAAA/),
  })
  const [plain] = scriptOf({ items }).objectAfter(99).output as Json[]
  expect(Object.keys(plain!)).toEqual(['id', 'type', 'summary'])
})

test('the keys of a response stand in the order of the wire', () => {
  expect(Object.keys(scriptOf({}).objectAfter(99)).join(' ')).toBe(
    'id object created_at status background billing completed_at error frequency_penalty incomplete_details instructions max_output_tokens max_tool_calls model moderation output parallel_tool_calls presence_penalty previous_response_id prompt_cache_key prompt_cache_retention reasoning safety_identifier service_tier store temperature text tool_choice tool_usage tools top_logprobs top_p truncation usage user metadata',
  )
})

test('tools are repeated with description and strictness', () => {
  const tools = [{ type: 'function', name: 'look' }, { type: 'web_search' }]
  expect(scriptOf({ body: { tools } }).objectAfter(99).tools).toEqual([
    { type: 'function', description: null, name: 'look', parameters: null, strict: true },
    { type: 'web_search' },
  ])
})
