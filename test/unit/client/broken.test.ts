import { expect, test } from 'vitest'
import { createRandom } from '../../../base/random.ts'
import { createClient, type Frame } from '../../../client/index.ts'
import type { GivenClientOptions } from '../../../client/options.ts'
import { createScriptedTransport, type Line } from '../../helpers/scripted-transport.ts'

const messages = [{ role: 'user', content: 'Say it.' }] as const
const cut = (...say: string[]): Line => ({ say, finish: undefined })

/** Back-off draws nothing, so no wait is waited for. */
function open(script: readonly Line[], options: GivenClientOptions) {
  const { transport, sent } = createScriptedTransport(script)
  const random = { ...createRandom('unused'), next: () => 0 }
  return { client: createClient(options, { random, transport }), sent }
}

const quick = { firstTokenTimeout: 0, idleTimeout: 0, totalTimeout: 0 }

test('an answer that broke off is continued: its words are sent along, and both parts are the answer', async () => {
  const script = [cut('One', ' two'), cut(' three'), { say: [' four'] }]
  const { client, sent } = open(script, { ...quick, whenCut: 'continue' })
  const frames: Frame[] = []
  const stream = client.stream({ messages, maxTokens: 10 })
  for await (const frame of stream) frames.push(frame)
  expect(frames.map(frame => ('text' in frame ? frame.text : frame.kind))).toEqual([
    'One',
    ' two',
    'retry',
    ' three',
    'retry',
    ' four',
    'end',
  ])
  expect(frames[2]).toMatchObject({ given: 'continued', failure: { kind: 'truncated' } })
  expect(sent.map(({ body }) => body.messages)).toEqual([
    messages,
    [...messages, { role: 'assistant', content: 'One two' }],
    [...messages, { role: 'assistant', content: 'One two three' }],
  ])
  expect(sent.map(({ body }) => body.max_completion_tokens)).toEqual([10, 8, 7])
  // 10 tokens of the question, paid for three times, and each word once.
  expect(await stream.result).toMatchObject({
    how: 'complete',
    text: 'One two three four',
    usage: { inputTokens: 30, outputTokens: 4, source: 'estimate' },
  })
})

test('an answer that broke off is begun anew: what was given out is withdrawn, and paid for all the same', async () => {
  const { client, sent } = open([cut('One', ' two'), { say: ['Uno'] }], {
    ...quick,
    whenCut: 'restart',
  })
  const frames: Frame[] = []
  const stream = client.stream({ messages })
  for await (const frame of stream) frames.push(frame)
  expect(frames[2]).toMatchObject({ kind: 'retry', given: 'withdrawn' })
  expect(sent[1]!.body).toEqual(sent[0]!.body)
  expect(await stream.result).toMatchObject({
    how: 'complete',
    text: 'Uno',
    usage: { inputTokens: 20, outputTokens: 3 },
  })
})

test('unless told otherwise an answer that broke off has failed', async () => {
  const { client, sent } = open([cut('One', ' two')], quick)
  const { result } = client.stream({ messages })
  expect(await result).toMatchObject({
    how: 'truncated',
    text: 'One two',
    attempts: [{ decision: { retry: false, why: 'some of the answer was given out already' } }],
  })
  expect(sent).toHaveLength(1)
})

test('retries are a tenth of what is sent and ten more; waits that were asked for take none', async () => {
  const { client, sent } = open([{ refuse: 500 }], quick)
  const decisions: string[] = []
  for (let i = 0; i < 4; i++) {
    const { attempts } = await client.stream({ messages }).result
    decisions.push(attempts.at(-1)!.decision!.why)
  }
  // 10 + 4 × 0.1 retries: 5 and 5 of the first two calls.
  expect(sent).toHaveLength(6 + 6 + 1 + 1)
  const usedUp = "the client's retry budget is used up: too much fails"
  expect(decisions).toEqual(['all 6 attempts are used', 'all 6 attempts are used', usedUp, usedUp])

  const asked = open([{ refuse: 429, headers: { 'retry-after-ms': '1' } }], quick)
  for (let i = 0; i < 4; i++) await asked.client.stream({ messages }).result
  expect(asked.sent).toHaveLength(4 * 6)

  const boundless = open([{ refuse: 500 }], { ...quick, retryBudget: 100 })
  for (let i = 0; i < 4; i++) await boundless.client.stream({ messages }).result
  expect(boundless.sent).toHaveLength(4 * 6)
})
