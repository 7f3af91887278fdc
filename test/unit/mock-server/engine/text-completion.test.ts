import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { spoken } from '../../../../mock-server/engine/compose.ts'
import { drawLogprobs } from '../../../../mock-server/engine/logprobs.ts'
import type { Plan } from '../../../../mock-server/engine/plan.ts'
import type { Reply, ReplyItem } from '../../../../mock-server/engine/reply.ts'
import { sayText } from '../../../../mock-server/engine/said.ts'
import {
  type Answer,
  textCompletionObject,
  textCompletionScript,
} from '../../../../mock-server/engine/text-completion.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'

const tokenizer = await loadTokenizer('o200k_base')

function replyOf(...items: readonly ReplyItem[]): Reply {
  return { items, finishReason: 'stop', stoppedAt: undefined, outputTokens: 3, reasoningTokens: 0 }
}
function text(words: string, kind: 'text' | 'reasoning' = 'text') {
  return spoken(kind, sayText(words, tokenizer))
}
function answer(reply: Reply, more: Partial<Answer> = {}): Answer {
  return { reply, prompt: 'Go:', echo: false, promptLogprobs: undefined, ...more }
}

function told(answers: readonly Answer[], steps: number, includeUsage = false) {
  const choices = answers.map(({ reply }) => reply)
  const usage = { promptTokens: 2, cachedTokens: 0, outputTokens: 3, reasoningTokens: 0 }
  const dueMs = Array.from({ length: steps }, (_, i) => i)
  const plan: Plan = { id: 'cmpl-1', ...usage, choices, dueMs }
  const head = { created: 1, model: 'm', fingerprint: 'fp_1', includeUsage, answers }
  const { at } = textCompletionScript(plan, head)
  const events = dueMs.flatMap(step => [...at(step)]).map(({ data }) => data)
  expect(events.pop()).toBe('[DONE]')
  return { events, whole: textCompletionObject(plan, head) }
}

test('a chunk has the keys of the real ones, in their order', () => {
  const { events, whole } = told([answer(replyOf(text('One')))], 1, true)
  expect(events).toEqual([
    '{"id":"cmpl-1","object":"text_completion","created":1,"choices":[{"text":"One","index":0,"logprobs":null,"finish_reason":"stop"}],"model":"m","usage":null}',
    '{"id":"cmpl-1","object":"text_completion","created":1,"choices":[],"model":"m","usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}}',
  ])
  expect(JSON.stringify(whole)).toBe(
    '{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"text":"One","index":0,"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5},"system_fingerprint":"fp_1"}',
  )
})

function choicesOf(events: readonly string[]) {
  return events.map(data => {
    const { index, text, finish_reason } = JSON.parse(data).choices[0]
    return [index, text, finish_reason]
  })
}

test('choices speak in step, each with its end, however long the others are', () => {
  const { events } = told([answer(replyOf(text('One two'))), answer(replyOf(text('Three')))], 2)
  expect(choicesOf(events)).toEqual([
    [0, 'One', null],
    [1, 'Three', 'stop'],
    [0, ' two', 'stop'],
  ])
})

test('what is thought is not said, and an answer of nothing has its end all the same', () => {
  const thought = replyOf(text('Hm', 'reasoning'), text('One'))
  expect(choicesOf(told([answer(thought)], 2).events)).toEqual([[0, 'One', 'stop']])
  const silent = replyOf(text('Hm hm', 'reasoning'))
  expect(choicesOf(told([answer(silent)], 2).events)).toEqual([[0, '', 'stop']])
})

test('a repeated prompt comes first, and ends an answer of nothing', () => {
  const repeated = { echo: true }
  expect(choicesOf(told([answer(replyOf(text('One')), repeated)], 1).events)).toEqual([
    [0, 'Go:', null],
    [0, 'One', 'stop'],
  ])
  expect(choicesOf(told([answer(replyOf(text('')), repeated)], 1).events)).toEqual([
    [0, 'Go:', 'stop'],
  ])
})

test('streamed and whole have the same log probabilities', () => {
  const said = text('One two')
  const draw = (texts: readonly string[]) =>
    drawLogprobs(
      createRandom(1),
      texts.map(text => ({ text })),
      2,
    )
  const reply = replyOf({ ...said, logprobs: draw(['One', ' two']) })
  for (const more of [{}, { echo: true, promptLogprobs: draw(['Go', ':']) }]) {
    const { events, whole } = told([answer(reply, more)], 2)
    const pieces = events.map(data => JSON.parse(data).choices[0].logprobs)
    for (const name of ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset'] as const) {
      expect(pieces.flatMap(piece => piece[name])).toEqual(whole.choices[0]!.logprobs![name])
    }
    expect(whole.choices[0]!.logprobs!.text_offset).toEqual('echo' in more ? [0, 2, 3, 6] : [3, 6])
  }
})
