/** What a client is let loose on in one trial: a mock server with one fault, or one that sends bytes that are written down. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, sleep } from '../../base/clock.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { ANSWER, type Trial } from './trials.ts'
import type { Seen } from './witness.ts'

export interface Target extends AsyncDisposable {
  /** With /v1. */
  readonly url: string
  /** Resolves once every connection is known to be over, or after half a second. */
  seen(): Promise<Seen>
}

const SETTLE_MS = 500

export async function targetOf(trial: Trial, clock: Clock): Promise<Target> {
  const { url, arrivedMs, isOpen, close } =
    trial.bytes === undefined ? await mockOf(trial) : await scripted(trial.bytes, clock)
  return {
    url,
    async seen() {
      const untilMs = clock.nowMs() + SETTLE_MS
      while (isOpen() && clock.nowMs() < untilMs) await sleep(clock, 20)
      const atMs = arrivedMs()
      const gapsMs = atMs.slice(1).map((ms, i) => Math.round(ms - atMs[i]!))
      return { sends: atMs.length, gapsMs, hungUp: !isOpen() }
    },
    [Symbol.asyncDispose]: close,
  }
}

interface Server {
  readonly url: string
  /** When each request came. */
  arrivedMs(): readonly number[]
  isOpen(): boolean
  close(): Promise<void>
}

/** The clients' own count of their attempts is not relied upon: some always say that it is their first. */
async function mockOf({ rule, first = Infinity }: Trial): Promise<Server> {
  const mock = await createMockServer({ ttft: 0, itl: 0, logLevel: 'error' })
  const faulty = { text: ANSWER, fault: rule }
  if (rule !== '' && first === Infinity) mock.when().reply(faulty)
  else if (rule !== '') {
    let replying = mock.when()
    for (let i = 0; i < first; i++) replying = replying.replyOnce(faulty)
    replying.reply(ANSWER)
  }
  const entries = () => mock.requests({ endpoint: 'chat.completions' })
  return {
    url: mock.url,
    arrivedMs: () => entries().map(({ receivedAtMs }) => receivedAtMs),
    isOpen: () => entries().some(({ done }) => done.outcome === 'open'),
    close: () => mock.close(),
  }
}

/** Answers everything with the same stream. */
async function scripted(bytes: string, clock: Clock): Promise<Server> {
  const arrivedMs: number[] = []
  let open = 0
  const server = createServer((request, response) => {
    arrivedMs.push(clock.nowMs())
    open++
    response.once('close', () => {
      open--
    })
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(bytes)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    arrivedMs: () => arrivedMs,
    isOpen: () => open > 0,
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
