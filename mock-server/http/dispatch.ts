/**
 * Requests of the server to itself, for batches: over loopback, so that they go the way of every other request,
 * and known by a header whose value only this process has.
 */
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { Agent, type IncomingMessage, request as openRequest } from 'node:http'
import { request as openSecureRequest, Agent as SecureAgent } from 'node:https'
import type { BatchAnswer } from '../../protocol/batch-result.ts'
import type { Dispatch } from '../engine/batches/run.ts'

const HEADER = 'x-tokadence-dispatch'
const secret = randomUUID()

/** Whether the server sent this request to itself. Such requests pass the limits of live traffic. */
export function isDispatched({ headers }: IncomingMessage): boolean {
  return headers[HEADER] === secret
}

/** Where the server can be reached, and as whom. */
export interface DispatchTarget {
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
  readonly apiKey: string
}

export interface Dispatcher {
  to(target: DispatchTarget): Dispatch
  /** Cuts what is in flight. */
  close(): void
}

/** An idle connection is closed long before the server would do so, at a moment when it may be used again. */
const IDLE_MS = 5000
/** The most that is read of one answer. */
const MAX_ANSWER_BYTES = 64 * 2 ** 20

export function createDispatcher({ maxSockets }: { readonly maxSockets: number }): Dispatcher {
  const settings = { keepAlive: true, maxSockets, timeout: IDLE_MS }
  const agent = new Agent(settings)
  // Itself it knows by the address of a connection that is its own; the certificate may be for another name.
  const secureAgent = new SecureAgent({ ...settings, rejectUnauthorized: false })
  return {
    to:
      ({ host, port, isSecure, apiKey }) =>
      ({ method, path, body, signal }) =>
        new Promise((resolve, reject) => {
          // One signal stands for all requests of a batch; Node takes more than ten for a leak.
          setMaxListeners(0, signal)
          const headers = {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            authorization: `Bearer ${apiKey}`,
            [HEADER]: secret,
          }
          const target = { host, port, method, path, headers, signal }
          const request = isSecure
            ? openSecureRequest({ ...target, agent: secureAgent })
            : openRequest({ ...target, agent })
          request
            .on('response', response => readAnswer(response, resolve, reject))
            .on('error', reject)
            .end(body)
        }),
    close() {
      agent.destroy()
      secureAgent.destroy()
    },
  }
}

function readAnswer(
  response: IncomingMessage,
  resolve: (answer: BatchAnswer) => void,
  reject: (error: Error) => void,
): void {
  const chunks: Buffer[] = []
  let length = 0
  response.on('error', reject)
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) {
      response.destroy(new Error(`The answer is longer than ${MAX_ANSWER_BYTES} bytes.`))
    } else chunks.push(chunk)
  })
  response.on('end', () => {
    resolve({
      status: response.statusCode!,
      requestId: String(response.headers['x-request-id'] ?? ''),
      body: parsed(Buffer.concat(chunks).toString()),
    })
  })
}

/** The JSON of an answer, or its text where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
