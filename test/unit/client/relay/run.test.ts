import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import type { ChatResult, ChatStream, Failure, Frame } from '../../../../client/index.ts'
import { upstreamRefusal } from '../../../../client/relay/refusals.ts'
import { createRuns } from '../../../../client/relay/runs.ts'

const limited: Failure = {
  kind: 'rate-limited',
  status: 429,
  message: 'Slow down.',
  retryAfterMs: 1500,
}

/** A call that says what it is told to, when it is told to. */
function scriptedCall() {
  const waiting: Frame[] = []
  let wake = () => {}
  let settle: (result: ChatResult) => void = () => {}
  const result = new Promise<ChatResult>(resolve => {
    settle = resolve
  })
  const cancelled: unknown[] = []
  const say = (...frames: Frame[]) => {
    waiting.push(...frames)
    wake()
  }
  const end = (failure?: Failure) => {
    const how = failure?.kind === 'aborted' ? 'aborted' : failure ? 'error' : 'complete'
    say({ kind: 'end', how, finishReason: 'stop', failure })
    const timeline = { startedAtMs: 0, contentAtMs: [] }
    settle({ how, finishReason: 'stop', failure, text: 'Hi.', timeline, attempts: [] } as never)
  }
  const stream = {
    result,
    outputTokens: 0,
    cancel(reason: unknown) {
      cancelled.push(reason)
      end({ kind: 'aborted', message: String(reason) })
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        for (let frame = waiting.shift(); frame; frame = waiting.shift()) yield frame
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  } as unknown as ChatStream
  return { stream, say, end, cancelled }
}

const text = (words: string): Frame => ({ kind: 'content', choice: 0, text: words })

function createRun(given: { maxRuns?: number } = {}) {
  const clock = createManualClock()
  const reported: unknown[] = []
  const runs = createRuns({
    clock,
    bufferBytes: 100_000,
    readerGraceMs: 5000,
    maxRuns: 2,
    runExpiryMs: 60_000,
    clean: message => message,
    report: error => reported.push(error),
    ...given,
  })
  const call = scriptedCall()
  return { clock, runs, call, reported, run: runs.start(() => call.stream) }
}

test('the last reader that leaves stops the call, after the grace', async () => {
  const { clock, call, run } = createRun()
  const [first, second] = [run.join(() => {}), run.join(() => {})]
  call.say(text('Hi'))
  expect(await run.started).toBe(undefined)
  first()
  first()
  clock.advance(60_000)
  expect(call.cancelled).toEqual([])
  second()
  clock.advance(4999)
  const third = run.join(() => {})
  clock.advance(60_000)
  expect(call.cancelled).toEqual([])
  third()
  clock.advance(5000)
  expect(call.cancelled).toEqual(['The run was stopped because nobody read it any more.'])
  await run.over
  expect(run.events.read(1, 10_000)?.text).toBe(
    'id: 2\nevent: error\ndata: {"code":"no_reader","message":"The run was stopped because nobody read it any more.","retryable":false}\n\n' +
      'id: 3\nevent: done\ndata: {"how":"aborted","finishReason":"stop"}\n\n',
  )
  expect(clock.pending).toBe(1) // its expiry
})

test('a 429 is told at once, without waiting for the next try', async () => {
  const { call, run } = createRun()
  call.say({
    kind: 'retry',
    attempt: 1,
    delayMs: 1500,
    why: '',
    given: 'nothing',
    failure: limited,
  })
  expect(await run.started).toEqual(limited)
  await run.over
  expect(call.cancelled).toHaveLength(1)
})

test('another failure is tried again in peace, and a refusal is told when it is the end', async () => {
  const { call, run } = createRun()
  const failure: Failure = { kind: 'server', status: 500, message: 'Oh.' }
  call.say({ kind: 'retry', attempt: 1, delayMs: 5.4, why: '', given: 'nothing', failure })
  call.end(failure)
  expect(await run.started).toEqual(failure)
  expect(run.events.read(0, 10_000)?.text).toContain('{"attempt":1,"delayMs":5,"given":"nothing"}')
})

test('a run that is stopped by its reader ends without an error', async () => {
  const { call, run } = createRun()
  run.join(() => {})
  call.say(text('Hi'))
  await run.started
  run.stop('stopped')
  run.stop('no_reader')
  await run.over
  expect(run.stopped).toBe('stopped')
  expect(run.events.read(1, 10_000)?.text).toBe(
    'id: 2\nevent: done\ndata: {"how":"aborted","finishReason":"stop"}\n\n',
  )
})

test('an answer in one piece comes as several events, cut between characters', async () => {
  const { call, run } = createRun()
  call.say(text(`a${'😀'.repeat(10_000)}`))
  await run.started
  const said = [...run.events.read(0, 100_000)!.text.matchAll(/^data: (.*)$/gm)].map(
    ([, json]) => JSON.parse(json!).text as string,
  )
  expect(said.length).toBe(3)
  expect(said.join('')).toBe(`a${'😀'.repeat(10_000)}`)
  expect(said.some(piece => /[\ud800-\udbff]$/.test(piece))).toBe(false)
})

test('a run is forgotten a while after its end; the oldest that is over makes room, one at work never', async () => {
  const { clock, runs, call, run } = createRun()
  const other = scriptedCall()
  const second = runs.start(() => other.stream)
  expect(() => runs.start(() => scriptedCall().stream)).toThrow(
    'All 2 runs of the relay are at work. Please try again later.',
  )
  call.end()
  await run.over
  const third = scriptedCall()
  runs.start(() => third.stream)
  expect(() => runs.get(run.id)).toThrow('There is no such run, or not any more.')
  expect(runs.get(second.id)).toBe(second)
  other.end()
  await second.over
  let told = 0
  second.join(() => told++)
  clock.advance(60_000)
  expect([runs.all.length, second.isGone, told]).toEqual([1, true, 1])
  runs.clear()
  expect([runs.all.length, clock.pending, third.cancelled.length]).toEqual([0, 0, 1])
})

test.each([
  [limited, 429, { 'retry-after': '2', 'retry-after-ms': '1500' }],
  [{ kind: 'quota', status: 429, message: '' }, 429, {}],
  [{ kind: 'budget', which: 'client', message: '' }, 429, {}],
  [{ kind: 'auth', status: 403, message: '' }, 403, {}],
  [{ kind: 'bad-request', status: 422, message: '' }, 422, {}],
  [{ kind: 'bad-request', message: '' }, 400, {}],
  [{ kind: 'not-found', status: 404, message: '' }, 404, {}],
  [{ kind: 'server', status: 500, message: '' }, 502, {}],
  [{ kind: 'server', status: 503, message: '', retryAfterMs: 900 }, 503, { 'retry-after': '1' }],
  [{ kind: 'timeout', which: 'first-token', message: '' }, 504, {}],
  [{ kind: 'connection', message: '', code: 'ECONNREFUSED' }, 502, {}],
  [{ kind: 'bad-stream', message: '' }, 502, {}],
] as const)('upstream %j is %i here', (failure, status, headers) => {
  expect(upstreamRefusal(failure, message => message)).toMatchObject({ status, headers })
})
