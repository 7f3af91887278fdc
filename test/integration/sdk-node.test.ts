/** The SDKs of Node, each on a server of its own. */
import OpenAI from 'openai'
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import { VERSION as version } from 'openai/version'
import { describe, expect, test } from 'vitest'
import { addSdkContract } from '../sdk/contract.ts'
import { checkOpenai } from '../sdk/node/openai.ts'
import { checkMore, type More } from '../sdk/node/openai-more.ts'
import { nodeProgram, verdictOf } from '../sdk/programs.ts'
import type { Verdict } from '../sdk/verdict.ts'

const errorNames = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  404: 'NotFoundError',
  429: 'RateLimitError',
  500: 'InternalServerError',
}

const kit = { OpenAI, version, zodResponseFormat, zodTextFormat, ChatCompletionStream }
const found: { openai6?: More; openai7?: More } = {}

addSdkContract({
  name: 'openai 6',
  version: /^openai 6\./,
  missing: undefined,
  async run({ env }) {
    const verdict = await checkOpenai(kit, env)
    found.openai6 = await checkMore(kit, env)
    return verdict
  },
  errorNames,
})

const openai7 = nodeProgram('openai-7.mjs', { isNewer: true })
addSdkContract({
  name: 'openai 7',
  version: /^openai 7\./,
  missing: openai7.missing,
  async run(servers) {
    const { more, ...verdict } = (await openai7.run(servers)) as Verdict & { more: More }
    found.openai7 = more
    return verdict
  },
  errorNames,
})

const aiSdk = nodeProgram('ai-sdk.mjs')
addSdkContract({
  name: 'Vercel AI SDK',
  version: /^ai 6\..*, @ai-sdk\/openai 3\./,
  missing: aiSdk.missing,
  run: servers => verdictOf(aiSdk, servers),
  errorNames: 'AI_APICallError',
  lacks: ['files', 'models', 'events', 'base64', 'attempts'],
  responseEnd: 'stop',
})

const langchain = nodeProgram('langchain.mjs')
addSdkContract({
  name: 'LangChain.js',
  version: /^@langchain\/openai 1\.5\./,
  missing: langchain.missing,
  run: servers => verdictOf(langchain, servers),
  errorNames,
  lacks: ['files', 'speech', 'models', 'events', 'attempts', 'retry-after'],
})

const majors = [
  ['openai 6', () => found.openai6!, false],
  ['openai 7', () => found.openai7!, openai7.missing !== undefined && process.env.NO_SKIP !== '1'],
] as const

describe.each(majors)('what else %s does', (_, more, isSkipped) => {
  const must = test.skipIf(isSkipped)

  must('the runner of tools tells each step, and ends', () => {
    expect(more().runnerEvents).toEqual([
      'message of assistant',
      'call of get_weather',
      'message of tool',
      'result Sunny.',
      'message of assistant',
      'final They say: Sunny.',
      'end',
    ])
  })

  must('a stream’s helper tells each piece, and the whole', () => {
    expect(more().streamEvents).toEqual([
      'connect',
      'content.delta Good',
      'content.delta  morning',
      'content.delta .',
      'content.done Good morning.',
      '3 logprobs',
      'finalMessage of assistant',
      'end',
    ])
    expect(more().callEvents).toEqual({ names: ['get_weather'], isWhole: true, keys: ['city'] })
  })

  must('what is streamed in a schema is parsed at its end', () => {
    const { name, legs } = more().parsedInStream
    expect(name).toMatch(/\S/)
    expect(Number.isInteger(legs)).toBe(true)
  })

  must('a refusal is no parsed object', () => {
    const refusal = 'I would rather not.'
    expect(more().refusal).toEqual({ refusal, streamed: refusal, parsed: null })
  })

  must('an object that was cut or filtered is an error of its own', () => {
    expect(more().cutShort).toEqual({
      length: 'LengthFinishReasonError',
      filter: 'ContentFilterFinishReasonError',
    })
  })

  must('a stream can be handed on as a ReadableStream', () => {
    expect(more().readableStream).toBe('Good morning.')
  })

  must('the helper of responses puts calls together', () => {
    const names = ['get_weather']
    expect(more().responseEvents).toEqual({ status: 'completed', names, isWhole: true })
  })

  must('responses are continued, polled, deleted and kept in conversations', () => {
    expect(more().responseState).toEqual({
      inputs: ['message'],
      background: ['queued', 'completed'],
      gone: 'NotFoundError',
      items: ['message', 'message', 'message'],
    })
  })

  must('stored chats are read, changed, listed and deleted', () => {
    expect(more().storedChats).toEqual({
      text: 'Good morning.',
      metadata: { of: 'me' },
      isListed: true,
      messages: ['Reply with exactly this text: Good morning.'],
      deleted: true,
      gone: 'NotFoundError',
    })
  })

  must('legacy completions are answered, streamed too', () => {
    expect(more().legacy).toEqual(['Good morning.', 'Good morning.'])
  })

  must('a batch runs and gives its results', () => {
    expect(more().batch).toEqual({
      counts: { total: 2, completed: 2, failed: 0 },
      answers: { a: 'Good morning.', b: 'Good morning.' },
    })
  })

  must('an upload in parts becomes a file', () => {
    expect(more().upload).toEqual({ status: 'completed', content: '{"a":1}\n' })
  })

  must('what is spoken is heard', () => {
    const text = 'Rivers run to the sea.'
    expect(more().sound).toEqual({ text, streamed: text })
  })

  must('images are made and edited', () => {
    expect(more().images).toEqual({ start: 'PNG', edited: 'PNG' })
  })

  must('moderations flag what they should', () => {
    expect(more().moderation).toEqual([false, true])
  })

  must('whoever leaves is let go, and who waits too long gives up', () => {
    expect(more().leaving).toEqual({
      aborted: 'nothing',
      pieces: 2,
      timedOut: 'APIConnectionTimeoutError',
      nobody: 'APIConnectionError',
    })
  })

  must('models that reason say so', () => {
    expect(more().reasoning).toEqual({ chat: true, response: true, summary: true })
  })
})
