import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { ClientError, createClient, type Frame, RetryExhaustedError } from '../../client/index.ts'
import type { GivenClientOptions } from '../../client/options.ts'
import { turns } from '../helpers/eventually.ts'
import {
  answer,
  chunk,
  done,
  events,
  finish,
  refusal,
  reply,
  role,
  type Script,
  says,
  startScriptedServer,
  usage,
} from '../helpers/scripted-server.ts'

const messages = [{ role: 'user', content: 'Say it.' }] as const
const rateLimited = { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' }

describe.each(['wire', 'sdk'] as const)('over the %s transport', transport => {
  /** A client of its own against a server of its own, both closed at the end of the test. */
  async function open(script: Script, options: GivenClientOptions = {}) {
    const server = await startScriptedServer(script)
    const client = createClient({ url: server.url, transport, baseDelay: '1ms', ...options })
    afterAll(async () => {
      await client.close()
      await server[Symbol.asyncDispose]()
    })
    return { server, client }
  }

  /** All frames, and what was thrown after them. */
  async function read(stream: AsyncIterable<Frame>) {
    const frames: Frame[] = []
    let error: unknown
    try {
      for await (const frame of stream) frames.push(frame)
    } catch (thrown) {
      error = thrown
    }
    return { frames, error }
  }

  async function frameOf(script: Script, options: GivenClientOptions = {}) {
    const { client, server } = await open(script, { maxAttempts: 1, ...options })
    const stream = client.stream({ messages })
    const { frames, error } = await read(stream)
    return { frames, error, result: await stream.result, server }
  }

  test('a whole answer comes as content, usage and end, with its cost', async () => {
    const { frames, error, result, server } = await frameOf(reply('Hello', ' world'))
    expect(error).toBeUndefined()
    expect(frames).toEqual([
      { kind: 'content', choice: 0, text: 'Hello' },
      { kind: 'content', choice: 0, text: ' world' },
      {
        kind: 'usage',
        usage: { inputTokens: 9, cachedInputTokens: 0, outputTokens: 2, reasoningTokens: 0 },
      },
      { kind: 'end', how: 'complete', finishReason: 'stop', failure: undefined },
    ])
    expect(result).toMatchObject({
      how: 'complete',
      text: 'Hello world',
      model: 'gpt-4o-mini-2024-07-18',
      id: 'chatcmpl-1',
      usage: { inputTokens: 9, outputTokens: 2, source: 'api' },
      counted: { outputTokens: 2, drift: 1 },
      cost: { nanoDollars: 9 * 150 + 2 * 600 },
    })
    expect(result.timeline.contentAtMs).toHaveLength(2)
    const [request] = server.received
    expect(request?.path).toBe('/v1/chat/completions')
    expect(request?.headers.authorization).toBe('Bearer sk-tokadence')
    expect(request?.body).toEqual({
      model: 'gpt-4o-mini',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  test('an answer that is not streamed comes as one content frame', async () => {
    const completion = {
      id: 'chatcmpl-2',
      model: 'gpt-4o-mini',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'All.' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 2 },
    }
    const { client, server } = await open(answer(200, JSON.stringify(completion)))
    const result = await client.complete({ messages, stream: false, maxTokens: 7 })
    expect(result).toMatchObject({ how: 'complete', text: 'All.', usage: { outputTokens: 2 } })
    expect(server.received[0]?.body).toEqual({
      model: 'gpt-4o-mini',
      messages,
      max_completion_tokens: 7,
    })
  })

  const whole = [role, says('Grüße 👋 '), says('日本語'), finish(), usage(3, 4), done].join('')
  test.each<[string, Script]>([
    ['in one piece', events([whole])],
    ['byte by byte', events([...Buffer.from(whole)].map(byte => Uint8Array.of(byte)))],
    ['with CRLF', events([whole.replaceAll('\n', '\r\n')])],
    ['with CR', events([whole.replaceAll('\n', '\r')])],
    ['with a BOM', events([`\ufeff${whole}`])],
    [
      'with comments, ids, retry and pings',
      events([
        ': hello\n\n',
        'id: 7\nretry: 5000\n\n',
        'event: ping\ndata: {"type":"ping"}\n\n',
        'event: ping\ndata: now\n\n',
        'event: ping\n\n',
        whole.replaceAll('\n\n', '\n\n: ping\n\n'),
      ]),
    ],
    ['with data that is empty', events(['data:\n\n', 'data: \n\n', whole])],
    ['without a space after data:', events([whole.replaceAll('data: ', 'data:')])],
    [
      'with JSON over several data lines',
      events([whole.replaceAll('"choices"', '\ndata: "choices"')]),
    ],
    [
      'with U+2028 inside',
      events([
        role,
        says('Grüße 👋 日本語'),
        says('\u2028').replace('\\u2028', '\u2028'),
        finish(),
        usage(3, 4),
        done,
      ]),
    ],
    [
      'with choices null, absent and empty',
      events([chunk({ choices: null }), chunk({}), chunk({ choices: [] }), whole]),
    ],
    ['without [DONE]', events([whole.replace(done, '')])],
    ['without the last blank line', events([whole.replace(done, '').slice(0, -2)])],
    [
      'with the finish chunk last and no blank line',
      events([role, says('Grüße 👋 '), says('日本語'), finish().trimEnd()]),
    ],
  ])('reads a whole answer %s', async (_, script) => {
    const { error, result } = await frameOf(script)
    expect(error).toBeUndefined()
    expect(result.how).toBe('complete')
    expect(result.text.replace('\u2028', '')).toBe('Grüße 👋 日本語')
  })

  test('a socket that stays open after [DONE] does not keep the answer open', async () => {
    const { client } = await open(events([role, says('Hi'), finish(), done], { end: false }))
    const startedAtMs = performance.now()
    expect((await client.complete({ messages })).how).toBe('complete')
    expect(performance.now() - startedAtMs).toBeLessThan(10_000)
  })

  test('the connection is used again after [DONE]', async () => {
    const { client, server } = await open(reply('Hi'))
    for (let i = 0; i < 3; i++) {
      await client.complete({ messages })
      await turns() // what is left to read after [DONE]
    }
    expect(server.received).toHaveLength(3)
    expect(server.connections).toBe(1)
  })

  test.each([
    ['length', 'length'],
    ['content_filter', 'content_filter'],
    ['tool_calls', 'tool_calls'],
    ['function_call', 'tool_calls'],
    ['eos', 'complete'],
  ])('finish_reason %s ends as %s', async (reason, how) => {
    const { result, error } = await frameOf(events([role, says('Hi'), finish(reason), done]))
    expect(result).toMatchObject({ how, finishReason: reason, failure: undefined })
    expect(error).toBeUndefined()
  })

  /** Breaks off: what was said stays, the end says how, and reading throws. */
  test.each<[string, Script, object]>([
    [
      'the stream ends without a finish_reason',
      events([role, says('Hel'), says('lo')]),
      { how: 'truncated', failure: { kind: 'truncated' } },
    ],
    [
      '[DONE] comes without a finish_reason',
      events([role, says('Hel'), says('lo'), done]),
      { how: 'truncated', failure: { kind: 'truncated' } },
    ],
    [
      'the stream is cut inside a chunk',
      events([role, says('Hel'), says('lo'), finish().slice(0, 40)]),
      { how: 'truncated', failure: { kind: 'truncated' } },
    ],
    [
      'the connection is reset',
      async response => {
        await events([role, says('Hel'), says('lo')], { end: false })(response, 0, {} as never)
        await turns()
        response.socket?.resetAndDestroy()
      },
      { how: 'truncated', failure: { kind: 'connection' } },
    ],
    [
      'an error comes nested',
      events([
        role,
        says('Hel'),
        says('lo'),
        'data: {"error":{"message":"Oh no","type":"server_error","code":"boom"}}\n\n',
      ]),
      { how: 'error', failure: { kind: 'server', message: 'Oh no', code: 'boom' } },
    ],
    [
      'an error event comes flat',
      events([
        role,
        says('Hel'),
        says('lo'),
        'event: error\ndata: {"message":"Oh no","code":"boom"}\n\n',
      ]),
      { how: 'error', failure: { kind: 'server', message: 'Oh no', code: 'boom' } },
    ],
    [
      'an error event comes nested',
      events([
        role,
        says('Hel'),
        says('lo'),
        'event: error\ndata: {"error":{"message":"Oh no","code":429}}\n\n',
      ]),
      { how: 'error', failure: { kind: 'rate-limited', message: 'Oh no', code: '429' } },
    ],
    [
      'an error event is plain text',
      events([role, says('Hel'), says('lo'), 'event: error\ndata: overloaded\n\n']),
      { how: 'error', failure: { kind: 'server', message: 'overloaded' } },
    ],
    [
      'a chunk is no JSON',
      events([role, says('Hel'), says('lo'), 'data: {"choices":[}\n\n', finish(), done]),
      { how: 'error', failure: { kind: 'bad-stream' } },
    ],
    [
      'the server gives up in its own words',
      events([role, says('Hel'), says('lo'), finish('error'), done]),
      { how: 'error', failure: { kind: 'server' } },
    ],
  ])('is no success when %s', async (_, script, expected) => {
    const { frames, error, result } = await frameOf(script)
    expect(result).toMatchObject({ text: 'Hello', ...expected })
    expect(result.usage).toMatchObject({ outputTokens: 1, source: 'estimate' })
    expect(frames.at(-1)).toMatchObject({ kind: 'end', ...expected })
    expect(error).toBeInstanceOf(ClientError)
    expect((error as ClientError).result).toEqual(result)
    expect((error as ClientError).cause === undefined).toBe(result.failure?.kind === 'truncated')
  })

  test.each<[string, Script, object]>([
    [
      'a page of HTML',
      answer(200, '<h1>Welcome</h1>', { 'content-type': 'text/html' }),
      {
        kind: 'bad-stream',
        message: 'Expected text/event-stream, but got text/html: <h1>Welcome</h1>',
      },
    ],
    [
      'a JSON error',
      refusal(200, { message: 'Nope', code: 'insufficient_quota' }),
      { kind: 'quota', message: 'Nope' },
    ],
    [
      'a completion that is not streamed',
      answer(200, '{"choices":[{"message":{"content":"x"}}]}'),
      { kind: 'bad-stream' },
    ],
    ['nothing but [DONE]', events([done]), { kind: 'truncated' }],
    ['nothing', events([]), { kind: 'truncated' }],
  ])('%s under 200 is no success', async (_, script, failure) => {
    const { error, result } = await frameOf(script)
    expect(result).toMatchObject({ text: '', failure })
    expect(error).toBeInstanceOf(ClientError)
  })

  test.each([
    ['first-token', { firstTokenTimeout: 60 }, [role]],
    ['idle', { idleTimeout: 60 }, [role, says('Hel'), says('lo')]],
  ] as const)('a stream that goes silent is stalled (%s)', async (which, timeouts, parts) => {
    const { result, server } = await frameOf(events([...parts], { end: false }), timeouts)
    expect(result).toMatchObject({ how: 'stalled', failure: { kind: 'timeout', which } })
    expect(result.timeline.e2eMs).toBeGreaterThan(55)
    expect(result.timeline.e2eMs).toBeLessThan(10_000)
    await expect.poll(() => server.received[0]?.closedAtMs).toBeDefined()
  })

  test('comments keep no stream alive', async () => {
    const script: Script = response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(role + says('Hi'))
      const pings = setInterval(() => response.write(': ping\n\n'), 10)
      response.on('close', () => clearInterval(pings))
    }
    const { result } = await frameOf(script, { idleTimeout: 80 })
    expect(result.how).toBe('stalled')
  })

  test('the total timeout ends a stream that only trickles', async () => {
    const script: Script = response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(says('x').repeat(3))
      const words = setInterval(() => response.write(says('x')), 10)
      response.on('close', () => clearInterval(words))
    }
    const { result } = await frameOf(script, { totalTimeout: 500 })
    expect(result).toMatchObject({ how: 'error', failure: { kind: 'timeout', which: 'total' } })
    expect(result.text.length).toBeGreaterThan(2)
  })

  test('an answer whose socket dies after the finish_reason is whole, its usage counted', async () => {
    const script: Script = async response => {
      await events([role, says('Hello'), says(' world'), finish()], { end: false })(
        response,
        0,
        {} as never,
      )
      await turns()
      response.socket?.resetAndDestroy()
    }
    const { result, error } = await frameOf(script)
    expect(error).toBeUndefined()
    // 3 a message + 'user' + 'Say it.' (3) + 3 priming
    expect(result).toMatchObject({
      how: 'complete',
      usage: { inputTokens: 3 + 1 + 3 + 3, outputTokens: 2, source: 'estimate' },
    })
  })

  test('an abort ends the call at once, with what was said, counted and priced', async () => {
    const { client, server } = await open(
      events([role, says('Hello'), says(' world')], { end: false }),
    )
    const controller = new AbortController()
    const stream = client.stream({ messages }, { signal: controller.signal })
    let error: unknown
    let abortedAtMs = 0
    try {
      for await (const frame of stream) {
        if (frame.kind === 'content' && frame.text === ' world') {
          abortedAtMs = performance.now()
          controller.abort(new Error('enough'))
        }
      }
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ClientError)
    expect(error).toMatchObject({ failure: { kind: 'aborted', message: 'enough' } })
    expect(((error as Error).cause as Error).message).toBe('enough')
    expect(await stream.result).toMatchObject({
      how: 'aborted',
      text: 'Hello world',
      usage: { outputTokens: 2, source: 'estimate' },
      cost: { outputNanoDollars: 1200 },
    })
    await expect.poll(() => server.received[0]?.closedAtMs).toBeDefined()
    expect((server.received[0]?.closedAtMs ?? 0) - abortedAtMs).toBeLessThan(5000)
  })

  test('leaving the loop cancels upstream, throws nothing and leaves a result', async () => {
    const { client, server } = await open(
      events([role, says('Hello'), says(' world')], { end: false }),
    )
    const stream = client.stream({ messages })
    for await (const frame of stream) if (frame.kind === 'content') break
    const leftAtMs = performance.now()
    expect(await stream.result).toMatchObject({ how: 'aborted', usage: { source: 'estimate' } })
    await expect.poll(() => server.received[0]?.closedAtMs).toBeDefined()
    expect((server.received[0]?.closedAtMs ?? 0) - leftAtMs).toBeLessThan(5000)
  })

  test.each<[string, Record<string, string>, number]>([
    ['retry-after-ms', { 'retry-after-ms': '60', 'retry-after': '9' }, 60],
    ['retry-after in seconds', { 'retry-after': '1' }, 1000],
  ])('%s is obeyed, and the answer comes after it', async (_, headers, waitMs) => {
    const { client, server } = await open((response, turn, received) =>
      (turn === 0 ? refusal(429, rateLimited, headers) : reply('Hi'))(response, turn, received),
    )
    const stream = client.stream({ messages })
    const { frames } = await read(stream)
    const result = await stream.result
    expect(frames[0]).toMatchObject({
      kind: 'retry',
      attempt: 1,
      why: 'the server asked for it',
      failure: { kind: 'rate-limited', status: 429, retryAfterMs: waitMs },
    })
    expect(result).toMatchObject({
      how: 'complete',
      text: 'Hi',
      attempts: [{ status: 429 }, { status: 200 }],
    })
    const [first, second] = server.received
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(waitMs - 5)
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeLessThan(waitMs * 1.1 + 1500)
    expect(second?.headers['x-stainless-retry-count']).toBe('1')
    expect(result.timeline.ttftMs).toBeGreaterThan(waitMs)
  })

  test('retry-after as a date is obeyed', async () => {
    const { client } = await open((response, turn, received) => {
      const date = new Date(Date.now() + 2000).toUTCString()
      return (turn === 0 ? refusal(429, rateLimited, { 'retry-after': date }) : reply('Hi'))(
        response,
        turn,
        received,
      )
    })
    const { attempts } = await client.complete({ messages })
    const { failure } = attempts[0] as { failure: { retryAfterMs: number } }
    expect(failure.retryAfterMs).toBeGreaterThan(900)
    expect(failure.retryAfterMs).toBeLessThanOrEqual(2000)
  })

  test.each<[string, number, object, string]>([
    [
      'insufficient_quota',
      429,
      { message: 'No money', type: 'insufficient_quota', code: 'insufficient_quota' },
      'quota',
    ],
    ['a bad request', 400, { message: 'Bad', code: 'invalid_type', param: 'n' }, 'bad-request'],
    ['a wrong key', 401, { message: 'Wrong key', code: 'invalid_api_key' }, 'auth'],
    ['an unknown model', 404, { message: 'No model', code: 'model_not_found' }, 'not-found'],
  ])('%s is sent once', async (_, status, error, kind) => {
    const { client, server } = await open(refusal(status, error))
    const thrown = await client.complete({ messages }).catch((reason: unknown) => reason)
    expect(thrown).toBeInstanceOf(ClientError)
    expect(thrown).not.toBeInstanceOf(RetryExhaustedError)
    expect(thrown).toMatchObject({ failure: { kind, status, ...error } })
    expect(server.received).toHaveLength(1)
  })

  test('RetryExhaustedError has every attempt, with what was decided, and its cause', async () => {
    const { client, server } = await open(
      (response, turn, received) =>
        refusal(503, { message: `Down ${turn}` }, { 'x-request-id': `req_${turn}` })(
          response,
          turn,
          received,
        ),
      { maxAttempts: 3 },
    )
    const error = (await client
      .complete({ messages })
      .catch((reason: unknown) => reason)) as RetryExhaustedError
    expect(error).toBeInstanceOf(RetryExhaustedError)
    expect(error.message).toBe('server: 503 Down 2 (after 3 attempts)')
    expect(error.attempts).toMatchObject([
      {
        attempt: 1,
        status: 503,
        headers: { 'x-request-id': 'req_0' },
        failure: { message: 'Down 0' },
        decision: { retry: true, why: 'back-off' },
      },
      { attempt: 2, failure: { message: 'Down 1' }, decision: { retry: true } },
      { attempt: 3, failure: { message: 'Down 2' }, decision: { retry: false, exhausted: true } },
    ])
    expect((error.cause as Error).message).toBe('503 Down 2')
    expect(error.result.cost).toBeUndefined()
    expect(server.received).toHaveLength(3)
  })

  test('a refusal keeps the body that is no OpenAI error', async () => {
    const { client } = await open(
      answer(502, '<h1>Bad gateway</h1>', { 'content-type': 'text/html' }),
      { maxAttempts: 1 },
    )
    const error = await client.complete({ messages }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      failure: { kind: 'server', status: 502, message: '<h1>Bad gateway</h1>' },
    })
  })

  test('a key that the server says back is not in the error', async () => {
    const apiKey = 'sk-a-real-secret-0123456789'
    const { client } = await open(
      (response, _, { headers }) =>
        refusal(401, { message: `Bad header: ${headers.authorization}` })(response, 0, {} as never),
      { apiKey },
    )
    const error = await client.complete({ messages }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ failure: { kind: 'auth', message: 'Bad header: Bearer (key)' } })
    expect(inspect(error, { depth: 10 })).not.toContain(apiKey)
  })

  test('a choice or a tool call with an absurd number is no memory lost', async () => {
    const absurd = chunk({ choices: [{ index: 1e9, delta: { content: 'x' } }] })
    const { result } = await frameOf(events([role, absurd, finish(), done]))
    expect(result).toMatchObject({ how: 'error', failure: { kind: 'bad-stream' } })
  })

  test('several choices are kept apart, and whole only when each is', async () => {
    const say = (index: number, content: string, reason: string | null = null) =>
      chunk({ choices: [{ index, delta: { content }, finish_reason: reason }] })
    const parts = [say(0, 'A'), say(1, 'B'), say(0, 'a', 'stop')]
    const whole = await frameOf(events([...parts, say(1, 'b', 'length'), done]))
    expect(whole.result).toMatchObject({
      how: 'complete',
      text: 'Aa',
      choices: [
        { text: 'Aa', finishReason: 'stop' },
        { text: 'Bb', finishReason: 'length' },
      ],
    })
    const cut = await frameOf(events([...parts, done]))
    expect(cut.result).toMatchObject({ how: 'truncated', choices: [{ text: 'Aa' }, { text: 'B' }] })
  })

  test('tool calls and reasoning are put together from their pieces', async () => {
    const call = (fields: object) =>
      chunk({ choices: [{ index: 0, delta: { tool_calls: [fields] } }] })
    const { result, frames } = await frameOf(
      events([
        role,
        chunk({ choices: [{ index: 0, delta: { reasoning_content: 'Hm.' } }] }),
        call({ index: 0, id: 'call_1', function: { name: 'weather', arguments: '' } }),
        call({ index: 0, function: { arguments: '{"city":' } }),
        call({ index: 0, function: { arguments: '"Bern"}' } }),
        finish('tool_calls'),
        done,
      ]),
    )
    expect(frames.map(({ kind }) => kind)).toEqual([
      'reasoning',
      'tool_call',
      'tool_call',
      'tool_call',
      'end',
    ])
    expect(result).toMatchObject({
      how: 'tool_calls',
      toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' }],
      choices: [{ reasoning: 'Hm.' }],
    })
    expect(result.timeline.contentAtMs).toHaveLength(3)
  })

  test('an error in the stream before any of the answer is tried again', async () => {
    const first = events([
      role,
      'data: {"error":{"message":"Slow down","code":"rate_limit_exceeded"}}\n\n',
    ])
    const { client } = await open((response, turn, received) =>
      (turn === 0 ? first : reply('Hi'))(response, turn, received),
    )
    const { text, attempts } = await client.complete({ messages })
    expect(text).toBe('Hi')
    expect(attempts).toMatchObject([
      { status: 200, failure: { kind: 'rate-limited' } },
      { status: 200 },
    ])
  })

  test("nobody there is a connection failure with the system's code", async () => {
    const server = await startScriptedServer(reply('Hi'))
    await server[Symbol.asyncDispose]()
    const client = createClient({ url: server.url, transport, maxAttempts: 1 })
    const error = await client.complete({ messages }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ failure: { kind: 'connection', code: 'ECONNREFUSED' } })
    await client.close()
  })

  test('closing the client ends what runs, at once and without another try', async () => {
    const { client, server } = await open(events([role], { end: false }))
    const stream = client.stream({ messages })
    await expect.poll(() => server.received.length).toBe(1)
    await client.close()
    const { attempts, ...result } = await stream.result
    expect(result).toMatchObject({ how: 'aborted', failure: { kind: 'aborted' } })
    expect(attempts).toHaveLength(1)
  })

  test('a slot is free while its call backs off', async () => {
    const { client, server } = await open(
      (response, turn, received) =>
        (received.body.messages[0].content === 'first' && turn === 0
          ? refusal(500, { message: 'Down' }, { 'retry-after-ms': '150' })
          : reply('Hi'))(response, turn, received),
      { concurrency: 1 },
    )
    const first = client.complete({ messages: [{ role: 'user', content: 'first' }] })
    const second = client.complete({ messages: [{ role: 'user', content: 'second' }] })
    await Promise.all([first, second])
    const order = server.received.map(({ body }) => body.messages[0].content)
    expect(order).toEqual(['first', 'second', 'first'])
  })

  test('a wait that the server asks of one call holds for the whole client', async () => {
    const { client, server } = await open((response, turn, received) =>
      (turn === 0 ? refusal(429, rateLimited, { 'retry-after-ms': '200' }) : reply('Hi'))(
        response,
        turn,
        received,
      ),
    )
    let other: Promise<unknown> | undefined
    for await (const { kind } of client.stream({ messages })) {
      if (kind === 'retry') other = client.complete({ messages }) // from here on the client waits
    }
    await other
    expect(server.received).toHaveLength(3)
    const [refusedAt, ...later] = server.received.map(({ atMs }) => atMs)
    for (const atMs of later) expect(atMs - (refusedAt ?? 0)).toBeGreaterThan(195)
  })
})

test('a client shows no key', () => {
  const client = createClient({ apiKey: 'sk-a-real-secret-0123456789' })
  expect(inspect(client, { depth: 10, showHidden: true })).not.toContain('sk-a-real-secret')
})

test('a stream that nobody reads and whose result nobody wants ends without a stray rejection', async () => {
  const stray: unknown[] = []
  const note = (reason: unknown) => stray.push(reason)
  process.on('unhandledRejection', note)
  await using server = await startScriptedServer(events([role, says('Hi')]))
  await using client = createClient({ url: server.url, maxAttempts: 1, prices: '/nowhere.json' })
  client.stream({ messages })
  await using other = createClient({ url: server.url, maxAttempts: 1 })
  other.stream({ messages })
  await new Promise(resolve => setTimeout(resolve, 100))
  process.off('unhandledRejection', note)
  expect(stray).toEqual([])
})
