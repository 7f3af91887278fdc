import { expect, test } from 'vitest'
import { chatStreamIn } from '../../../../mock-server/dialects/chat-stream.ts'
import type {
  CallDelta,
  ChatChunk,
  ChatHabits,
  ChunkPlace,
  Json,
} from '../../../../mock-server/dialects/dialect.ts'
import { llamacpp } from '../../../../mock-server/dialects/llamacpp.ts'
import { vllm } from '../../../../mock-server/dialects/vllm.ts'
import { chunksOf, factsOf, type Placed, type Reply } from './openai-reply.ts'

function say(habits: ChatHabits, reply: Reply, chunks = chunksOf(reply)) {
  const translate = chatStreamIn(habits, factsOf(reply))
  return chunks.flatMap(([chunk, place]) => translate(chunk, place)) as unknown as ChatChunk[]
}

const deltasOf = (chunks: readonly ChatChunk[]) =>
  chunks.map(({ choices }) => choices[0]?.delta ?? 'no choice')

const two: Reply = {
  calls: [
    ['look', ['{"a"', ':1}']],
    ['wait', ['{}']],
  ],
}
const look = {
  index: 0,
  id: 'call_0',
  type: 'function',
  function: { name: 'look', arguments: '{"a":1}' },
}
const wait = {
  index: 1,
  id: 'call_1',
  type: 'function',
  function: { name: 'wait', arguments: '{}' },
}

test('without habits every chunk goes out as it came', () => {
  for (const reply of [two, { content: ['a'], includeUsage: true }]) {
    const given = chunksOf(reply)
    expect(say({}, reply, given)).toEqual(given.map(([chunk]) => chunk))
  }
})

test('whole calls come one by one, each when its last piece is there', () => {
  expect(deltasOf(say({ calls: 'whole' }, two))).toEqual([
    { role: 'assistant', content: null, refusal: null },
    { tool_calls: [look] },
    { tool_calls: [wait] },
    {},
  ])
})

test('calls that come with the finish reason come all at once', () => {
  const chunks = say({ calls: 'with-finish' }, two)
  expect(deltasOf(chunks)).toEqual([
    { role: 'assistant', content: null, refusal: null },
    { tool_calls: [look, wait] },
  ])
  expect(chunks.map(({ choices }) => choices[0]!.finish_reason)).toEqual([null, 'tool_calls'])
})

test('a call without arguments, or of a custom tool, is whole as well', () => {
  expect(deltasOf(say({ calls: 'whole' }, { calls: [['wait', []]] }))[1]).toEqual({
    tool_calls: [
      { index: 0, id: 'call_0', type: 'function', function: { name: 'wait', arguments: '' } },
    ],
  })
  const call = {
    index: 0,
    id: 'call_0',
    type: 'custom',
    custom: { name: 'sh', input: '' },
  } as const
  const pieces: CallDelta[] = [
    call,
    { index: 0, custom: { input: 'ls ' } },
    { index: 0, custom: { input: '-l' } },
  ]
  const [role, opening] = chunksOf({ calls: [['sh', []]] })
  const chunks = pieces.map((piece, i): Placed => {
    const [chunk, place] = opening!
    const choices = [{ ...chunk.choices[0]!, delta: { tool_calls: [piece] } }]
    return [
      { ...chunk, choices },
      { ...place, opens: i === 0, closes: i === 2 },
    ]
  })
  expect(deltasOf(say({ calls: 'whole' }, {}, [role!, ...chunks])).slice(1)).toEqual([
    { tool_calls: [{ ...call, custom: { name: 'sh', input: 'ls -l' } }] },
  ])
})

test("a call's id is drawn from its place alone, once for all of its pieces", () => {
  const habits: ChatHabits = { callId: random => `id-${random.integer(1e9)}` }
  const ids = (chunks: readonly ChatChunk[]) =>
    deltasOf(chunks).flatMap(delta =>
      delta === 'no choice' ? [] : (delta.tool_calls ?? []).map(({ id }) => id),
    )
  const [first, , , second] = ids(say(habits, two))
  expect(first).toMatch(/^id-\d+$/)
  expect(second).toMatch(/^id-\d+$/)
  expect(second).not.toBe(first)
  expect(ids(say(habits, two))).toEqual([first, undefined, undefined, second, undefined])
  expect(ids(say({ ...habits, calls: 'whole' }, two))).toEqual([first, second])
})

test('the role stands in the first delta of each choice, in every one, or alone', () => {
  const reply: Reply = { content: ['a', 'b'] }
  const role = 'assistant'
  expect(deltasOf(say({}, reply))).toEqual([
    { role, content: '', refusal: null },
    { content: 'a' },
    { content: 'b' },
    {},
  ])
  expect(deltasOf(say({ role: 'with-first' }, reply))).toEqual([
    { role, content: 'a' },
    { content: 'b' },
    {},
  ])
  expect(deltasOf(say({ role: 'in-every' }, reply))).toEqual([
    { role, content: 'a' },
    { role, content: 'b' },
    { role },
  ])
  expect(deltasOf(say({ role: 'with-first' }, {}))).toEqual([{ role }])
})

test('two choices that speak in turns keep their roles and calls apart, and end once', () => {
  const one = chunksOf({ ...two, includeUsage: true })
  const other = chunksOf({ ...two, includeUsage: true }, 1)
  const inTurns = one.slice(0, -1).flatMap((placed, i) => [placed, other[i]!])
  const facts = { ...factsOf({ ...two, includeUsage: true }), choices: 2 }
  const translate = chatStreamIn({ role: 'with-first', calls: 'whole', usage: 'finish' }, facts)
  const said = [...inTurns, one.at(-1)!].flatMap(([chunk, place]) => translate(chunk, place))
  expect(said.map(({ choices, usage }) => [(choices as Json[])[0], usage])).toEqual([
    [choice(0, { role: 'assistant', tool_calls: [look] }), null],
    [choice(1, { role: 'assistant', tool_calls: [look] }), null],
    [choice(0, { tool_calls: [wait] }), null],
    [choice(1, { tool_calls: [wait] }), null],
    [choice(0, {}, 'tool_calls'), null],
    [choice(1, {}, 'tool_calls'), facts.usage],
  ])
})

function choice(index: number, delta: Json, finish_reason: string | null = null) {
  return { index, delta, logprobs: null, finish_reason }
}

test('usage is sent as asked, always, or with the finish reason and not again', () => {
  const usagesOf = (usage: ChatHabits['usage'], includeUsage: boolean) =>
    say({ ...(usage && { usage }) }, { content: ['a'], includeUsage }).map(
      ({ usage, choices }) => `${choices.length}${usage ? ` ${usage.total_tokens}` : ''}`,
    )
  expect(usagesOf(undefined, false)).toEqual(['1', '1', '1'])
  expect(usagesOf(undefined, true)).toEqual(['1', '1', '1', '0 11'])
  expect(usagesOf('always', false)).toEqual(['1', '1', '1', '0 11'])
  expect(usagesOf('always', true)).toEqual(['1', '1', '1', '0 11'])
  expect(usagesOf('finish', false)).toEqual(['1', '1', '1 11'])
  expect(usagesOf('finish', true)).toEqual(['1', '1', '1 11'])
})

test('reasoning is left out where it is not shown', () => {
  const reply: Reply = { reasoning: ['Hm'], content: ['a'] }
  const text = [{ role: 'assistant', content: '', refusal: null }, { content: 'a' }, {}]
  expect(deltasOf(say({}, reply))).toEqual(text)
  expect(deltasOf(say({ showsReasoning: true }, reply))).toEqual([
    text[0],
    { reasoning_content: 'Hm' },
    ...text.slice(1),
  ])
})

test('what comes before the first chunk comes once, also where the role is not said alone', () => {
  const before: ChatHabits['before'] = ({ id }) => [{ choices: [], before: id }]
  const said = say({ before, role: 'with-first' }, { content: ['a', 'b'] })
  expect(said.map(chunk => chunk.before)).toEqual(['ID', undefined, undefined, undefined])
})

test('what comes after the end comes before usage, and knows how long the text is', () => {
  const after: ChatHabits['after'] = ({ contentLength }) => [{ choices: [], end: contentLength }]
  const said = (usage: ChatHabits['usage'], includeUsage: boolean) =>
    say({ after, ...(usage && { usage }) }, { content: ['ab', 'c'], includeUsage })
      .slice(3)
      .map(chunk => [chunk.end, chunk.usage?.total_tokens])
  const [finish, end, last] = [
    [undefined, undefined],
    [3, undefined],
    [undefined, 12],
  ]
  expect(said(undefined, false)).toEqual([finish, end])
  expect(said(undefined, true)).toEqual([finish, end, last])
  expect(said('always', false)).toEqual([finish, end, last])
  expect(said('finish', false)).toEqual([last, end])
})

test('what a hook is told: whether it is the first chunk, whether all has ended, the tokens so far', () => {
  const told: unknown[] = []
  const chunk: ChatHabits['chunk'] = (chunk, { kind }, { first, ended, outputTokens }) => {
    told.push([kind, first, ended, outputTokens])
    return chunk
  }
  say({ chunk, calls: 'whole' }, { content: ['a', 'b'], calls: two.calls!, includeUsage: true })
  expect(told).toEqual([
    ['role', true, false, 0],
    ['content', false, false, 1],
    ['content', false, false, 2],
    ['call', false, false, 4],
    ['call', false, false, 5],
    ['finish', false, true, 5],
    ['usage', false, true, 5],
  ])
})

test("a `function_call` of OpenAI's oldest clients is left as it is", () => {
  const place: ChunkPlace = { kind: 'call', item: 0, opens: true, closes: true, tokens: 1 }
  const [chunk] = chunksOf({})[0]!
  const delta = { function_call: { name: 'look', arguments: '' } }
  const calling = { ...chunk, choices: [{ ...chunk.choices[0]!, delta }] }
  for (const { chat } of [vllm, { chat: { calls: 'whole' } as ChatHabits }]) {
    expect(deltasOf(say(chat!, {}, [[calling, place]]))).toEqual([delta])
  }
})

test('vllm counts usage on where asked, with the tokens of pieces that are not said alone', () => {
  const body = { stream_options: { continuous_usage_stats: true } }
  const reply: Reply = { content: ['a', 'b'], includeUsage: true, body }
  expect(say(vllm.chat!, reply).map(({ usage }) => usage?.completion_tokens)).toEqual([
    0, 1, 2, 2, 2,
  ])
  const refused = { stream_options: { include_usage: false, continuous_usage_stats: true } }
  const without = say(vllm.chat!, { content: ['a'], body: refused })
  expect(without.map(chunk => 'usage' in chunk)).toEqual([false, false, false])
})

test('llamacpp tells progress and the times of each token where asked', () => {
  const body = { return_progress: true, timings_per_token: true }
  const chunks = say(llamacpp.chat!, { content: ['a', 'b'], body })
  expect(chunks[0]).toEqual({
    choices: [{ finish_reason: null, index: 0, delta: { role: 'assistant', content: null } }],
    created: 1_735_689_600,
    id: 'ID',
    model: 'm-1',
    system_fingerprint: 'b6497-cd08fc3e',
    object: 'chat.completion.chunk',
    prompt_progress: { total: 10, cache: 4, processed: 10, time_ms: 250 },
  })
  const times = chunks.map(({ timings }) => timings as Json | undefined)
  expect(times.map(timings => timings?.predicted_n)).toEqual([undefined, undefined, 1, 2, 2, 2])
  expect(times[2]).toEqual({
    cache_n: 4,
    prompt_n: 6,
    prompt_ms: 250,
    prompt_per_token_ms: 250 / 6,
    prompt_per_second: 24,
    predicted_n: 1,
    predicted_ms: 250,
    predicted_per_token_ms: 250,
    predicted_per_second: 4,
  })
})
