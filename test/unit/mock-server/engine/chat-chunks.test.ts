/* biome-ignore-all lint/suspicious/noExplicitAny: chunks are looked into as JSON */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDistribution } from '../../../../base/distribution.ts'
import { createRandom } from '../../../../base/random.ts'
import { chatStreamIn } from '../../../../mock-server/dialects/chat-stream.ts'
import type { ReplyFacts } from '../../../../mock-server/dialects/dialect.ts'
import { chatChunks } from '../../../../mock-server/engine/chat-chunks.ts'
import { completionObject } from '../../../../mock-server/engine/chat-object.ts'
import { chatScript } from '../../../../mock-server/engine/chat-script.ts'
import type { ChatTelling } from '../../../../mock-server/engine/chat-telling.ts'
import { plainTexts } from '../../../../mock-server/engine/plain-text.ts'
import { type Plan, planReply } from '../../../../mock-server/engine/plan.ts'
import type { Ask } from '../../../../protocol/ask.ts'
import {
  type ChunkOptions,
  completionJson,
  createChunkTemplate,
  usageObject,
} from '../../../../protocol/chat-completion.ts'
import { completionId } from '../../../../protocol/ids.ts'
import { loadTokenizer } from '../../../../protocol/tokens/tokenizer.ts'
import { askOf } from '../../../helpers/ask.ts'

const tokenizer = await loadTokenizer('o200k_base')
const head = { created: 1_735_689_600, model: 'm', serviceTier: 'default', fingerprint: 'fp_1' }
const cadence = {
  ttft: parseDistribution('10ms', 'ms')!,
  itl: parseDistribution('1ms', 'ms')!,
  tokens: parseDistribution('uniform(min=1,max=30)', 'count')!,
  reasoning: parseDistribution('4', 'count')!,
}
function openai(plan: Plan): ChatTelling {
  const usage = usageObject(plan)
  const flags = { showsReasoning: false, callsAreFunctions: false }
  return { ...flags, topLogprobs: undefined, usage, audio: undefined }
}

function planOf(seed: number, more: Partial<Ask> = {}, reasoningTokens = 0): Plan {
  return planReply(askOf('Hi.', more), {
    random: createRandom(seed),
    cadence,
    tokenizer,
    newId: completionId,
    promptTokens: 8,
    cachedTokens: 0,
    reasoningTokens,
    wanted: undefined,
  })
}

/** The data of every event, in order. */
function eventsOf(plan: Plan, options: ChunkOptions, more: object = {}): string[] {
  const random = createRandom('chunks')
  const facts: ReplyFacts = {
    usage: usageObject(plan),
    includeUsage: options.includeUsage,
    choices: plan.choices.length,
    requestId: 'req_1',
    seed: undefined,
    firstTokenMs: 0,
    lastTokenMs: 0,
    body: {},
    random,
  }
  const { dueMs, at } = chatScript(plan.dueMs, {
    chunksAt: chatChunks(plan, head, random, { ...openai(plan), ...options, ...more }),
    say: chatStreamIn({}, facts),
    includeObfuscation: options.includeObfuscation,
  })
  return dueMs.flatMap((_, step) => at(step).map(({ data }) => data))
}

/** What the templates of plain text make of the same plan. */
function templateEvents(plan: Plan, options: ChunkOptions): string[] {
  const template = createChunkTemplate(head, options)
  const texts = plainTexts(plan.choices)!
  const events = texts.map((_, i) => template.role(plan.id, i))
  for (let step = 0; step < plan.dueMs.length; step++) {
    for (const [i, { tokens, finishReason }] of texts.entries()) {
      const token = tokens[step]
      const { before, middle, after } = template.content(i)
      if (token) {
        const length = plan.id.length + token.json.length
        events.push(before + plan.id + middle + token.json + after(length))
      }
      if (step === tokens.length - 1) events.push(template.finish(plan.id, i, finishReason))
    }
  }
  if (options.includeUsage) events.push(template.usage(plan.id, plan))
  return [...events, '[DONE]']
}

test('plain text is the same to the byte from templates and from objects', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.boolean(),
      fc.boolean(),
      fc.nat(40),
      fc.nat(2),
      (seed, usage, pad, max, n) => {
        const options = { includeUsage: usage, includeObfuscation: pad }
        const plan = planOf(seed, { maxTokens: max + 1, choices: n + 1 })
        expect(eventsOf(plan, options)).toEqual(templateEvents(plan, options))
        const json = completionJson(head, plan.id, plainTexts(plan.choices)!, plan)
        expect(JSON.stringify(completionObject(plan, head, createRandom(1), openai(plan)))).toBe(
          json,
        )
      },
    ),
    { seed: 1, numRuns: 100 },
  )
})

const weather = {
  kind: 'function',
  name: 'weather',
  description: '',
  schema: { type: 'object', properties: { city: { enum: ['Oslo'] } }, required: ['city'] },
} as const

function deltasOf(plan: Plan, more: object = {}): unknown[] {
  const options = { includeUsage: false, includeObfuscation: false }
  return eventsOf(plan, options, more)
    .slice(0, -1)
    .map(data => JSON.parse(data).choices[0].delta)
}

test('a call is told in pieces: first its id, type and name, then its arguments', () => {
  const [role, opening, ...pieces] = deltasOf(planOf(1, { tools: [weather] })) as Record<
    string,
    any
  >[]
  expect(role).toEqual({ role: 'assistant', content: null, refusal: null })
  const { id } = opening!.tool_calls[0]
  expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  const called = { index: 0, id, type: 'function', function: { name: 'weather', arguments: '' } }
  expect(opening).toEqual({ tool_calls: [called] })
  const said = pieces.slice(0, -1).map(({ tool_calls: [call] }) => {
    expect(Object.keys(call)).toEqual(['index', 'function'])
    return call.function.arguments
  })
  expect(said.join('')).toBe('{"city":"Oslo"}')
  expect(pieces.at(-1)).toEqual({})
})

test('calls of the time before tools are told as function_call', () => {
  const plan = planOf(1, { tools: [weather] })
  const [, opening, piece] = deltasOf(plan, { callsAreFunctions: true })
  expect(opening).toEqual({ function_call: { name: 'weather', arguments: '' } })
  expect(piece).toEqual({ function_call: { arguments: '{"' } })
  const whole = completionObject(plan, head, createRandom(1), {
    ...openai(plan),
    callsAreFunctions: true,
  })
  expect(whole.choices[0]).toMatchObject({
    message: { content: null, function_call: { name: 'weather', arguments: '{"city":"Oslo"}' } },
    finish_reason: 'function_call',
  })
})

test('reasoning is not told, and told as reasoning_content where a dialect shows it', () => {
  const plan = planOf(1, { maxTokens: 5 }, 4)
  expect(deltasOf(plan)).toHaveLength(3) // role, one token, finish
  const shown = deltasOf(plan, { showsReasoning: true }) as Record<string, string>[]
  expect(shown.filter(delta => 'reasoning_content' in delta)).toHaveLength(0) // OpenAI's habits drop it
  const whole = completionObject(plan, head, createRandom(1), {
    ...openai(plan),
    showsReasoning: true,
  })
  expect(whole.choices[0]!.message).toHaveProperty('reasoning_content')
  expect(usageObject(plan).completion_tokens_details.reasoning_tokens).toBe(4)
})

test('log probabilities stand beside their tokens, and whole at the end', () => {
  const plan = planOf(1, { topLogprobs: 1, maxTokens: 2 })
  const events = eventsOf(
    plan,
    { includeUsage: false, includeObfuscation: false },
    { topLogprobs: 1 },
  )
  const told = events.slice(0, -1).map(data => JSON.parse(data).choices[0].logprobs)
  expect(told[0]).toEqual({ content: [], refusal: null })
  expect(told.at(-1)).toBeNull()
  const whole = completionObject(plan, head, createRandom(1), { ...openai(plan), topLogprobs: 1 })
  expect(told.slice(1, -1).flatMap(({ content }) => content)).toEqual(
    whole.choices[0]!.logprobs!.content,
  )
})
