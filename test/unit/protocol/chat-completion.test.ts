import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ChunkTemplate,
  completionJson,
  createChunkTemplate,
} from '../../../protocol/chat-completion.ts'

const head = {
  id: 'chatcmpl-AAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  created: 1_735_689_600,
  model: 'gpt-4o-mini-2024-07-18',
  serviceTier: 'default',
  fingerprint: 'fp_0123456789',
}
const usage = { promptTokens: 9, cachedTokens: 0, outputTokens: 3, reasoningTokens: 0 }
const plain = { includeUsage: false, includeObfuscation: false }

const START =
  '{"id":"chatcmpl-AAAAAAAAAAAAAAAAAAAAAAAAAAAAA","object":"chat.completion.chunk","created":1735689600,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_0123456789",'
const USAGE =
  '"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'

function content(
  { content }: ChunkTemplate,
  text: string,
  { id = head.id, index = 0 } = {},
): string {
  const json = JSON.stringify(text).slice(1, -1)
  const { before, middle, after } = content(index)
  return before + id + middle + json + after(id.length + json.length)
}

test('chunks have the keys of the real ones, in their order', () => {
  const template = createChunkTemplate(head, plain)
  expect(template.role(head.id, 0)).toBe(
    `${START}"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}`,
  )
  expect(content(template, ' say "hi"\n')).toBe(
    `${START}"choices":[{"index":0,"delta":{"content":" say \\"hi\\"\\n"},"logprobs":null,"finish_reason":null}]}`,
  )
  expect(template.finish(head.id, 1, 'length')).toBe(
    `${START}"choices":[{"index":1,"delta":{},"logprobs":null,"finish_reason":"length"}]}`,
  )
})

test('asked for usage, every chunk has a null usage and the last one the numbers', () => {
  const template = createChunkTemplate(head, { ...plain, includeUsage: true })
  expect(template.role(head.id, 0)).toMatch(/"finish_reason":null}\],"usage":null}$/)
  expect(content(template, 'x')).toMatch(/"finish_reason":null}\],"usage":null}$/)
  expect(template.finish(head.id, 0, 'stop')).toMatch(/"finish_reason":"stop"}\],"usage":null}$/)
  expect(template.usage(head.id, usage)).toBe(`${START}"choices":[],${USAGE}}`)
})

test('without obfuscation there is no such key', () => {
  const template = createChunkTemplate(head, { includeUsage: true, includeObfuscation: false })
  const chunks = [
    template.role(head.id, 0),
    content(template, 'x'),
    template.finish(head.id, 0, 'stop'),
    template.usage(head.id, usage),
  ]
  expect(chunks.filter(chunk => chunk.includes('obfuscation'))).toEqual([])
})

test('obfuscation pads every chunk to 1 (mod 16) characters, by 0 to 15 letters and digits', () => {
  const ids = fc.stringMatching(/^[A-Za-z0-9-]{1,40}$/)
  const names = fc.string({ minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(ids, names, fc.string(), fc.boolean(), fc.nat(127), (id, model, text, u, i) => {
      const template = createChunkTemplate(
        { ...head, model },
        { includeUsage: u, includeObfuscation: true },
      )
      const chunks = [
        template.role(id, i),
        content(template, text, { id, index: i }),
        template.finish(id, i, 'stop'),
        template.usage(id, usage),
      ]
      for (const chunk of chunks) {
        expect(chunk.length % 16).toBe(1)
        const parsed = JSON.parse(chunk)
        expect(parsed.obfuscation).toMatch(/^[A-Za-z0-9]{0,15}$/)
        expect(Object.keys(parsed).at(-1)).toBe('obfuscation')
        expect([parsed.id, parsed.model]).toEqual([id, model])
      }
      expect(JSON.parse(chunks[1]!).choices[0].delta).toEqual({ content: text })
    }),
    { seed: 1, numRuns: 150 },
  )
})

test('a token of any length is padded, and 16 lengths in a row take 16 different pads', () => {
  const template = createChunkTemplate(head, { includeUsage: false, includeObfuscation: true })
  const pads = Array.from({ length: 16 }, (_, length) => {
    const chunk = content(template, 'x'.repeat(length))
    return JSON.parse(chunk).obfuscation.length
  })
  expect([...pads].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i))
})

test('a whole completion has the keys of the real one, in their order', () => {
  const choices = [
    { json: 'Hi \\"you\\".', finishReason: 'stop' },
    { json: '', finishReason: 'length' },
  ]
  expect(completionJson(head, head.id, choices, usage)).toBe(
    '{"id":"chatcmpl-AAAAAAAAAAAAAAAAAAAAAAAAAAAAA","object":"chat.completion","created":1735689600,"model":"gpt-4o-mini-2024-07-18","choices":[' +
      '{"index":0,"message":{"role":"assistant","content":"Hi \\"you\\".","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"},' +
      '{"index":1,"message":{"role":"assistant","content":"","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"length"}],' +
      `${USAGE},"service_tier":"default","system_fingerprint":"fp_0123456789"}`,
  )
})
