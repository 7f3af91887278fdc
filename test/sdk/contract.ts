/** What an SDK must see of the mock server, whatever its language. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Servers, startServers } from './servers.ts'
import type { Verdict } from './verdict.ts'

export interface Sdk {
  readonly name: string
  /** What it tells of itself. */
  readonly version: RegExp
  /** What is not here, in words; undefined: all is. */
  readonly missing: string | undefined
  /** Lets the SDK loose on the servers. Throws when its program fails. */
  run(servers: Servers): Promise<Verdict>
  /** Names of its classes by HTTP status; one name: the same for all. */
  readonly errorNames: string | Readonly<Record<400 | 401 | 404 | 429 | 500, string>>
  /** What it has no words for, or does in a way of its own. */
  readonly lacks?: readonly Lack[]
  /** What it calls a response's end. */
  readonly responseEnd?: string
}

/** `attempts`: does not tell which try it is. `retry-after`: waits as long as it likes. */
export type Lack = 'files' | 'speech' | 'models' | 'events' | 'base64' | 'attempts' | 'retry-after'

const TEXT = 'Good morning.'
const TOKENS = 3

/** Skips where the SDK is missing, unless NO_SKIP is 1. */
export function addSdkContract(sdk: Sdk): void {
  const { name, missing, errorNames, lacks = [], responseEnd = 'completed' } = sdk
  const isSkipped = missing !== undefined && process.env.NO_SKIP !== '1'
  if (isSkipped) process.stderr.write(`Skipped: ${name}: ${missing}.\n`)

  describe.skipIf(isSkipped)(name, () => {
    let servers: Servers
    let verdict: Verdict

    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing)
      servers = await startServers()
      verdict = await sdk.run(servers)
    })

    afterAll(() => servers?.[Symbol.asyncDispose]())

    /** A test of what not every SDK has. */
    function testIfNot(lack: Lack, title: string, run: () => void): void {
      if (!lacks.includes(lack)) test(title, run)
    }

    test('it is the version that was meant', () => {
      expect(verdict.sdk).toMatch(sdk.version)
    })

    test('a text comes whole', () => {
      expect(verdict.chat).toEqual({ text: TEXT, finishReason: 'stop', outputTokens: TOKENS })
    })

    test('a stream comes token by token, with its usage', () => {
      const said = { text: TEXT, finishReason: 'stop', outputTokens: TOKENS, pieces: TOKENS }
      expect(verdict.chatStream).toEqual(said)
    })

    test.each([
      ['chat', 'tools'],
      ['a streamed chat', 'toolsStream'],
      ['responses', 'responseTools'],
    ] as const)('an agent on %s calls its tool, goes on after the result and ends', (_, key) => {
      const { called, rounds, city, text } = verdict[key]
      expect({ called, rounds }).toEqual({ called: ['get_weather'], rounds: 2 })
      expect(city).toMatch(/^\p{L}/u)
      expect(text).toBe(`They say: 18 degrees in ${city}`)
    })

    test.each([
      ['chat', 'parsed'],
      ['response', 'responseParsed'],
    ] as const)('a %s in a schema is read into a type', (_, key) => {
      const { title, pages, mood, tags, ...rest } = verdict[key]
      expect(rest).toEqual({})
      expect(title).toMatch(/\S/)
      expect(Number.isInteger(pages)).toBe(true)
      expect(['calm', 'wild']).toContain(mood)
      expect(tags.length).toBeGreaterThan(0)
      expect(tags.every(tag => typeof tag === 'string')).toBe(true)
    })

    test('embeddings are unit vectors of the size that is asked for', () => {
      const { norm, length, shortLength } = verdict.embedding
      expect({ length, shortLength }).toEqual({ length: 1536, shortLength: 256 })
      expect(norm).toBeCloseTo(1, 4)
    })

    testIfNot('base64', 'embeddings in base64 are the same numbers as in floats', () => {
      expect(verdict.embedding.sameAsFloats).toBe(true)
    })

    test('a response comes whole and in pieces', () => {
      const said = { text: TEXT, finishReason: responseEnd, outputTokens: TOKENS }
      expect(verdict.response).toEqual(said)
      const { events, ...streamed } = verdict.responseStream
      expect(streamed).toEqual({ ...said, pieces: TOKENS })
    })

    testIfNot('events', 'a response comes event by event', () => {
      expect(verdict.responseStream.events).toEqual([
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ])
    })

    testIfNot('files', 'files are uploaded, read, paged through and deleted', () => {
      const content = '{"line":"für alle"}\n'
      const bytes = Buffer.byteLength(content)
      expect(verdict.file).toEqual({ bytes, content, listed: 3, deleted: true })
    })

    testIfNot('speech', 'speech is sound', () => {
      expect(verdict.speech!.start).toBe('RIFF')
      expect(verdict.speech!.bytes).toBeGreaterThan(10_000)
    })

    testIfNot('models', 'models are listed', () => {
      expect(verdict.models).toContain('gpt-4o-mini')
    })

    test('what is refused is an error of the right class, with code, param and request id', () => {
      const { rateLimited, ...errors } = verdict.errors
      expect(errors).toEqual({
        badRequest: failure(400, 'decimal_above_max_value', 'temperature'),
        badStream: failure(400, 'decimal_above_max_value', 'frequency_penalty'),
        wrongKey: failure(401, 'invalid_api_key', null),
        unknownModel: failure(404, 'model_not_found', null),
        serverError: failure(500, null, null),
      })
      const { retryAfter, ...limited } = rateLimited
      expect(limited).toEqual(failure(429, 'rate_limit_exceeded', null))
      expect(Number(retryAfter)).toBeGreaterThan(30)
      expect(Number(retryAfter)).toBeLessThanOrEqual(60)
    })

    function failure(
      status: 400 | 401 | 404 | 429 | 500,
      code: string | null,
      param: string | null,
    ) {
      const ofStatus = typeof errorNames === 'string' ? errorNames : errorNames[status]
      return { name: ofStatus, status, code, param, hasRequestId: true }
    }

    test('what failed is tried three times, what was wrong once', () => {
      const attemptsAt = (status: number) =>
        servers.open
          .requests()
          .filter(({ path, done }) => path === '/v1/chat/completions' && done.status === status)
          .map(({ attempt }) => attempt)
      expect(attemptsAt(500)).toEqual(lacks.includes('attempts') ? [1, 1, 1] : [1, 2, 3])
      expect(attemptsAt(400)).toEqual([1, 1])
    })

    test('a limit is waited out', () => {
      const { text, waitedMs } = verdict.retried
      expect(text).toBe(TEXT)
      // 2 s, some of which may have passed before it asked.
      expect(waitedMs).toBeGreaterThan(700)
      const statuses = servers.paced.requests().map(({ done }) => done.status)
      expect([statuses[0], statuses[1], statuses.at(-1)]).toEqual([200, 429, 200])
    })

    testIfNot('retry-after', 'the wait is as long as the server says', () => {
      expect(servers.paced.requests()).toHaveLength(3)
      expect(verdict.retried.waitedMs).toBeLessThan(10_000)
    })

    test('the server met nothing that it could not answer', () => {
      const outcomes = servers.open.requests().map(({ done }) => done.outcome)
      expect(outcomes.length).toBeGreaterThan(15)
      expect(outcomes.filter(outcome => outcome === 'failed' || outcome === 'open')).toEqual([])
    })
  })
}
