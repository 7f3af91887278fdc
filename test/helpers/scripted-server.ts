/** A server that says exactly what a test tells it to, byte by byte, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into the body that it sent itself.
  readonly body: any
  readonly atMs: number
  /** Set when the client hung up before the answer was whole. */
  readonly closedAtMs: number | undefined
}

export type Script = (response: ServerResponse, turn: number, received: Received) => unknown

/** `script` answers every request; `turn` is 0 for the first. Closes, sockets and all, when disposed. */
export async function startScriptedServer(script: Script) {
  const received: { -readonly [K in keyof Received]: Received[K] }[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', part => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      const record = {
        path: request.url ?? '',
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
        atMs: performance.now(),
        closedAtMs: undefined as number | undefined,
      }
      response.on('close', () => {
        if (!response.writableFinished) record.closedAtMs = performance.now()
      })
      received.push(record)
      script(response, received.length - 1, record)
    })
  })
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    received: received as readonly Received[],
    /** How many connections were made. */
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** A script's answer in one go. */
export function answer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Script {
  return response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body)
  }
}

export function refusal(
  status: number,
  error: object,
  headers: Readonly<Record<string, string>> = {},
) {
  return answer(status, JSON.stringify({ error }), headers)
}

/** An event stream of these bytes, each part its own write; ends unless told to stay open. */
export function events(parts: readonly (string | Uint8Array)[], { end = true } = {}): Script {
  return async response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const part of parts) {
      response.write(part)
      await new Promise(resolve => setImmediate(resolve))
    }
    if (end) response.end()
  }
}

/** A chunk's event. */
export function chunk(fields: object): string {
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', model: 'gpt-4o-mini-2024-07-18', ...fields })}\n\n`
}

export const role = delta({ role: 'assistant', content: '' })
export const done = 'data: [DONE]\n\n'

export function delta(fields: object): string {
  return chunk({ choices: [{ index: 0, delta: fields, finish_reason: null }] })
}

export function says(text: string): string {
  return delta({ content: text })
}

export function finish(reason = 'stop'): string {
  return chunk({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
}

export function usage(
  promptTokens: number,
  completionTokens: number,
  details: object = {},
): string {
  return chunk({
    choices: [],
    usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens, ...details },
  })
}

/** A whole answer: role, the texts, finish, usage, [DONE]. */
export function reply(...texts: string[]): Script {
  return events([role, ...texts.map(says), finish(), usage(9, texts.length), done])
}
