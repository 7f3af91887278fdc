import { createServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { readOptions } from '../../../../base/option-table.ts'
import type { Script, ScriptEvent } from '../../../../mock-server/engine/script.ts'
import { openFixtures } from '../../../../mock-server/fixtures/open-fixtures.ts'
import { openExchange } from '../../../../mock-server/http/exchange.ts'
import { playJson, playScript } from '../../../../mock-server/http/play.ts'
import { eventText } from '../../../../mock-server/http/script-part.ts'
import { serverOptions } from '../../../../mock-server/options.ts'
import { createProvider } from '../../../../mock-server/provider.ts'

/** What is written in a turn of the event loop goes out at its end. */
const nextTurn = () => new Promise(setImmediate)

/** A request on its way through a real provider, on a manual clock and a socket that keeps what is written. */
async function opened() {
  const clock = createManualClock()
  const options = readOptions(serverOptions, { seed: 1 }, 'test')
  const fixtures = await openFixtures(options, { clock, log: () => {} })
  const provider = createProvider(options, {
    clock,
    fixtures,
    write: () => {},
    dialect: {},
    origin: 'http://127.0.0.1',
  })
  let written = ''
  let reads = true
  const waiting: (() => void)[] = []
  const socket = new Duplex({
    read() {},
    write(part, _, done) {
      written += String(part)
      if (reads) done()
      else waiting.push(done)
    },
    writableHighWaterMark: 2048,
  }) as Socket
  const response = await new Promise<ServerResponse>(resolve => {
    createServer((_, response) => resolve(response)).emit('connection', socket)
    socket.push('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  })
  const exchange = openExchange(provider, response.req, response, 'other')
  return {
    ...{ clock, provider, exchange, socket, done: exchange.entry.done },
    body: () => written.slice(written.indexOf('\r\n\r\n') + 4),
    head: () => written.slice(0, written.indexOf('\r\n\r\n')),
    stopReading: () => {
      reads = false
    },
    readOn: () => {
      reads = true
      for (const done of waiting.splice(0)) done()
    },
  }
}

function scriptOf(dueMs: readonly number[], at: (step: number) => ScriptEvent[]): Script {
  return { dueMs, at }
}

test('an event is its comment, its name and its data, with the line ends of its stream', () => {
  expect(eventText({ data: '{}', tokens: 1 })).toBe('data: {}\n\n')
  expect(eventText({ data: '{}', tokens: 1, name: 'a', comment: 'b' })).toBe(
    ': b\n\nevent: a\ndata: {}\n\n',
  )
  expect(eventText({ data: '{}', tokens: 1, name: 'a' }, '\r\n')).toBe(
    'event: a\r\ndata: {}\r\n\r\n',
  )
})

test('a script is played step by step when each is due, and its pace is told', async () => {
  const { exchange, clock, provider, done, body, head } = await opened()
  const script = scriptOf([10, 30, 40], step => [
    { data: `f${step}`, tokens: 0 },
    { data: `t${step}`, tokens: 2 },
  ])
  playScript(exchange, script, { headers: ['x-own', 'yes'], comment: 'hello' })
  clock.advance(9)
  await nextTurn()
  expect(head()).toMatch(
    /^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream; charset=utf-8\r\n/,
  )
  expect(head()).toContain('x-own: yes')
  expect(body()).toContain(': hello\n\n')
  expect(body()).not.toContain('f0')
  clock.advance(1)
  await nextTurn()
  expect([body().includes('t0'), body().includes('f1'), done.firstTokenMs]).toEqual([
    true,
    false,
    10,
  ])
  clock.advance(35)
  await nextTurn()
  expect(body()).toContain('data: t2\n\n')
  expect(done).toMatchObject({
    outcome: 'ok',
    status: 200,
    chunks: 3,
    firstTokenMs: 10,
    lastTokenMs: 40,
    maxPacingErrorMs: 0,
  })
  expect([provider.metrics.outputTokens.value, provider.conductor.active]).toEqual([6, 0])
})

test('a reader that does not keep up is left alone until it does, and its lateness is told', async () => {
  const { exchange, clock, done, body, stopReading, readOn } = await opened()
  const script = scriptOf([10, 20], step => [{ data: `${step}`.repeat(5000), tokens: 1 }])
  playScript(exchange, script)
  await nextTurn()
  stopReading()
  clock.advance(15)
  await nextTurn()
  clock.advance(85)
  await nextTurn()
  expect([done.chunks, done.outcome]).toEqual([1, 'open'])
  readOn()
  await nextTurn()
  clock.advance(20)
  await nextTurn()
  expect([done.chunks, body().includes('111'), done.outcome]).toEqual([2, true, 'ok'])
  expect(done.maxPacingErrorMs).toBeGreaterThanOrEqual(80)
})

test('one JSON object is sent when the last token is due', async () => {
  const { exchange, clock, provider, done, body, head } = await opened()
  playJson(exchange, { dueMs: [5, 25], outputTokens: 7 }, () => '{"é":1}', ['x-own', 'yes'])
  clock.advance(24)
  expect(head()).toBe('')
  clock.advance(1)
  expect(head()).toMatch(/content-length: 8\r\nx-own: yes\r\n/)
  expect(body()).toBe('{"é":1}')
  expect(done).toMatchObject({
    outcome: 'ok',
    firstTokenMs: 25,
    lastTokenMs: 25,
    maxPacingErrorMs: 0,
  })
  expect(provider.metrics.outputTokens.value).toBe(7)
})

test('what is not wanted any more is not played', async () => {
  const { exchange, clock, provider, socket, done } = await opened()
  playJson(exchange, { dueMs: [50], outputTokens: 1 }, () => '{}')
  expect(provider.conductor.active).toBe(1)
  socket.destroy()
  exchange.response.emit('close')
  clock.advance(100)
  expect([provider.conductor.active, done.outcome]).toEqual([0, 'hung-up'])
})

test('a script that fails ends its stream, and is our fault', async () => {
  const { exchange, clock, provider, done } = await opened()
  const script = scriptOf([1, 2], step => {
    if (step === 1) throw new Error('no')
    return [{ data: 'a', tokens: 1 }]
  })
  playScript(exchange, script)
  clock.advance(10)
  expect([done.outcome, exchange.response.destroyed, provider.conductor.active]).toEqual([
    'failed',
    true,
    0,
  ])
})
