/** What the reference client's calls are as samples, and the work's requests as its calls. */
import { describe, expect, it } from 'vitest'
import { clientRequest } from '../../../../bench/drivers/client-request.ts'
import { outcomeOf, refusedSample, sampleOfCall } from '../../../../bench/drivers/client-sample.ts'
import { chatReader } from '../../../../bench/read/chat.ts'
import { lastSentAtMs, waitsOf } from '../../../../bench/sample.ts'
import type { Attempt, Failure } from '../../../../client/index.ts'
import { chatBody } from '../../../../protocol/chat-body.ts'

const limited: Failure = { kind: 'rate-limited', status: 429, message: 'slow down' }
const aborted: Failure = { kind: 'aborted', message: 'stopped' }

function attempt(given: Partial<Attempt>): Attempt {
  return {
    attempt: 1,
    sentAtMs: 100,
    headersAtMs: 110,
    firstContentAtMs: undefined,
    lastContentAtMs: undefined,
    endAtMs: 120,
    status: 200,
    headers: {},
    failure: undefined,
    decision: undefined,
    ...given,
  }
}

const refused = attempt({ status: 429, failure: limited })
const departure = { index: 7, scenario: undefined, dueAtMs: 90, sentAtMs: 100 }

describe('a call as a sample', () => {
  it('has its attempts as tries, times of the last of them, and E2E from the first send', () => {
    const last = attempt({
      sentAtMs: 170,
      headersAtMs: 180,
      endAtMs: 300,
      headers: { 'x-request-id': 'r2' },
    })
    const sample = sampleOfCall({
      departure,
      result: {
        attempts: [refused, last],
        failure: undefined,
        usage: {
          inputTokens: 9,
          outputTokens: 3,
          cachedInputTokens: 0,
          reasoningTokens: 0,
          source: 'api',
        },
      },
      contentAtMs: [200, 240, 290],
      endedAtMs: 300.5,
    })
    expect(sample).toMatchObject({
      outcome: 'ok',
      status: 200,
      requestId: 'r2',
      givenUp: [{ outcome: 'http_429', status: 429, lastedMs: 20, waitedMs: 50 }],
      ttfbMs: 10,
      ttftMs: 30,
      gapsMs: [40, 50],
      tpotMs: 45,
      e2eMs: 200,
      inputTokens: 9,
      outputTokens: 3,
      tokensFrom: 'usage',
    })
    expect(lastSentAtMs(sample)).toBe(170)
    expect(waitsOf(sample)).toEqual({ lagMs: 10, ttftDueMs: 110, responseMs: 210 })
  })

  it('that was stopped between two tries is open, and the try to come was never sent', () => {
    const sample = sampleOfCall({
      departure,
      result: { attempts: [refused], failure: aborted, usage: undefined },
      contentAtMs: [],
      endedAtMs: 150,
    })
    expect(sample).toMatchObject({
      outcome: 'open',
      status: undefined,
      givenUp: [{ status: 429, lastedMs: 20, waitedMs: 30 }],
      ttftMs: undefined,
      e2eMs: undefined,
      censoredMs: 50,
    })
  })

  it('that was held back tells for how long, and that it was not sent where it never was', () => {
    const result = { attempts: [attempt({ endAtMs: 150 })], failure: undefined, usage: undefined }
    const call = { departure, calledAtMs: 91, contentAtMs: [130], endedAtMs: 150 }
    const sent = sampleOfCall({ ...call, result })
    expect(sent).toMatchObject({ outcome: 'ok', heldMs: 9 })
    expect(sent.isUnsent).toBe(undefined)
    expect(waitsOf(sent)).toEqual({ lagMs: 1, ttftDueMs: 40, responseMs: 60 })
    const never = sampleOfCall({
      ...call,
      departure: { ...departure, sentAtMs: 91 },
      contentAtMs: [],
      result: { attempts: [], failure: aborted, usage: undefined },
    })
    expect(never).toMatchObject({ outcome: 'open', isUnsent: true, givenUp: [], censoredMs: 59 })
  })

  it('is in whole µs, every wait of it, and its lag is still not less than nothing', () => {
    const first = attempt({ ...refused, sentAtMs: 7.0002, endAtMs: 8.00049 })
    const last = attempt({ sentAtMs: 9.0001, headersAtMs: 9.5007, endAtMs: 12.00064 })
    const call = {
      departure: { ...departure, dueAtMs: 0.0004, sentAtMs: 7.0002 },
      result: { attempts: [first, last], failure: undefined, usage: undefined },
      contentAtMs: [10.0008, 11.0004],
      endedAtMs: 12.1,
    }
    const sample = sampleOfCall({ ...call, calledAtMs: 0.0005 })
    expect(sample).toMatchObject({
      ...{ dueAtMs: 0, sentAtMs: 7, heldMs: 7 },
      givenUp: [{ lastedMs: 1, waitedMs: 1 }],
      ...{ ttfbMs: 0.501, ttftMs: 1.001, gapsMs: [0.999], tpotMs: 0.999, e2eMs: 5 },
    })
    expect(waitsOf(sample).lagMs).toBe(0)
    expect('heldMs' in sampleOfCall(call)).toBe(false)
  })

  it('that the client cannot make is malformed, and says why', () => {
    expect(refusedSample(departure, 'no chat')).toMatchObject({
      outcome: 'malformed',
      isUnsent: true,
      censoredMs: undefined,
      detail: 'no chat',
    })
  })

  it('that was stopped while it streamed is open, with its first token', () => {
    const sample = sampleOfCall({
      departure,
      result: {
        attempts: [attempt({ failure: aborted, endAtMs: 150 })],
        failure: aborted,
        usage: undefined,
      },
      contentAtMs: [130],
      endedAtMs: 150,
    })
    expect(sample).toMatchObject({
      outcome: 'open',
      ttftMs: 30,
      e2eMs: undefined,
      censoredMs: 50,
      givenUp: [],
    })
  })

  it.each<[Partial<Attempt>, string]>([
    [{}, 'ok'],
    [{ status: 503, failure: { kind: 'server', status: 503, message: '' } }, 'http_5xx'],
    [{ status: 401, failure: { kind: 'auth', status: 401, message: '' } }, 'http_4xx'],
    [{ status: undefined, failure: { kind: 'connection', message: '' } }, 'connect_error'],
    [{ failure: { kind: 'connection', message: '' } }, 'stream_cut'],
    [{ failure: { kind: 'truncated', message: '' } }, 'stream_cut'],
    [{ failure: { kind: 'server', message: 'in the stream' } }, 'stream_cut'],
    [{ failure: { kind: 'timeout', which: 'first-token', message: '' } }, 'timeout'],
    [
      { status: undefined, failure: { kind: 'timeout', which: 'connect', message: '' } },
      'connect_error',
    ],
    [{ failure: { kind: 'bad-stream', message: '' } }, 'malformed'],
  ])('%j ended as %s', (given, outcome) => {
    expect(outcomeOf(attempt(given))).toBe(outcome)
  })
})

describe('a request for the client', () => {
  const request = {
    path: '/chat/completions',
    headers: { 'x-a': 'b' },
    reader: chatReader,
    scenario: undefined,
  }

  it('goes over the wire field by field as the work wrote it', () => {
    const body = {
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 5,
      top_p: 0.5,
    } as const
    const asked = clientRequest({ ...request, body: JSON.stringify(body) })
    expect(asked).toMatchObject({ maxTokens: 5, headers: { 'x-a': 'b' } })
    const { model = '', messages = [], maxTokens, extra, stream = true } = asked ?? {}
    expect(
      JSON.parse(JSON.stringify(chatBody({ model, messages, maxTokens, extra, stream }))),
    ).toEqual(body)
  })

  it('is none where another endpoint is asked', () => {
    expect(clientRequest({ ...request, path: '/embeddings', body: '{}' })).toBeUndefined()
    const path = '/chat/completions?api-version=1'
    expect(clientRequest({ ...request, path, body: '{}' })).toBeUndefined()
    expect(clientRequest({ ...request, path, body: '{}' }, '?api-version=1')).toBeDefined()
  })
})
