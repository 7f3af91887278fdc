/** A small OpenAI-shaped server with known timing and every bad manner that a bench must survive. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export interface BenchServer extends AsyncDisposable {
  /** The base URL, with `/v1`. */
  readonly url: string
  /** The bodies of all requests, in order of arrival. */
  readonly bodies: readonly string[]
}

/** Answers one request; `n` counts them from 0. */
export type Manner = (request: IncomingMessage, response: ServerResponse, n: number) => unknown

export async function startBenchServer(manner: Manner): Promise<BenchServer> {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    bodies.push(Buffer.concat(pieces).toString('utf8'))
    await manner(request, response, bodies.length - 1)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    bodies,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`
export const contentEvent = (content: string) =>
  event({ choices: [{ index: 0, delta: { content } }] })
export const roleEvent = event({
  choices: [{ index: 0, delta: { role: 'assistant', content: '' } }],
})
export const finishEvent = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
export const usageEvent = (input: number, output: number) =>
  event({ choices: [], usage: { prompt_tokens: input, completion_tokens: output } })
export const doneEvent = 'data: [DONE]\n\n'

export interface StreamTiming {
  readonly ttftMs: number
  readonly tokens: number
  readonly gapMs: number
  /** Sends usage of 7 tokens in and this many out. */
  readonly usageOutput?: number
}

/** The role at once, then tokens on absolute deadlines, then the end. Stops when the client is gone. */
export async function stream(response: ServerResponse, timing: StreamTiming): Promise<void> {
  const startMs = performance.now()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(roleEvent)
  for (let i = 0; i < timing.tokens; i++) {
    await wait(Math.max(0, startMs + timing.ttftMs + i * timing.gapMs - performance.now()))
    if (response.destroyed) return
    response.write(contentEvent(` token ${i}`))
  }
  response.write(finishEvent)
  if (timing.usageOutput !== undefined) response.write(usageEvent(7, timing.usageOutput))
  response.end(doneEvent)
}

/** `stream` as a manner. */
export const streams =
  (timing: StreamTiming): Manner =>
  (_, response) =>
    stream(response, timing)
