/** A client that sends what it must not, hangs up when it likes, and notes whatever is wrong with an answer. */
import { Agent, type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import { createRandom } from '../../base/random.ts'
import { type Answer, faultOf } from './hostile-judge.ts'
import { type Habits, type HostileRequest, hostileRequest } from './hostile-requests.ts'
import { createIds } from './hostile-targets.ts'

export interface Attack extends Habits {
  readonly port: number
  readonly dialect: string
  readonly seed: number
  readonly requests: number
  /** Told each answer that came whole. */
  readonly onAnswer?: (asked: HostileRequest, answer: Answer) => void
}

export interface Outcome {
  /** What was wrong, with the request that it was wrong with. */
  readonly faults: readonly string[]
  /** Answers by status; 0: none was waited for. */
  readonly statuses: ReadonlyMap<number, number>
}

/** No healthy machine takes so long for an answer. */
const ANSWER_MS = 10_000
const SHOWN = 1500

/** One request after the other. */
export async function attack(given: Attack): Promise<Outcome> {
  const { port, dialect, seed, requests, onAnswer } = given
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ids = createIds()
  const faults: string[] = []
  const statuses = new Map<number, number>()
  for (let i = 0; i < requests; i++) {
    const random = createRandom('hostile', seed, dialect, i)
    const asked = hostileRequest(random, ids, given)
    const { method, path, target } = asked
    try {
      const answer = await ask(agent, port, asked)
      const status = answer?.status ?? 0
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (!answer) continue
      if (answer.body.length < 200_000) ids.learn(answer.body.toString())
      const fault = faultOf({ method, path, dialect, endpoint: target.path }, answer)
      if (fault) faults.push(report(fault, i, asked, answer))
      onAnswer?.(asked, answer)
    } catch (error) {
      faults.push(report(String(error), i, asked))
    }
  }
  agent.destroy()
  return { faults, statuses }
}

function report(
  fault: string,
  number: number,
  { method, path, headers, body = '' }: HostileRequest,
  answer?: Answer,
): string {
  const lines = [
    `${fault} (request ${number})`,
    `${method} ${path.slice(0, 300)} ${JSON.stringify(headers)}`,
    String(body).slice(0, SHOWN),
  ]
  if (answer) lines.push(`${answer.status} ${answer.body.toString().slice(0, SHOWN)}`)
  return lines.join('\n')
}

/** Undefined: it was given up. Rejects where the answer breaks off or does not come. */
function ask(
  agent: Agent,
  port: number,
  { method, path, headers, body, abortAtBytes }: HostileRequest,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('no answer'))
      request.destroy()
    }, ANSWER_MS)
    const over = (answer: Answer | undefined) => {
      clearTimeout(timer)
      resolve(answer)
    }
    const length =
      body === undefined || 'transfer-encoding' in headers
        ? {}
        : { 'content-length': Buffer.byteLength(body) }
    const request = openRequest({
      ...{ agent, port, host: '127.0.0.1', method, path },
      headers: { ...headers, ...length },
    })
    request.on('error', error => {
      clearTimeout(timer)
      if (abortAtBytes === undefined) reject(error)
      else resolve(undefined)
    })
    request.on('response', response => read(response, request, abortAtBytes, over))
    if (abortAtBytes === -1 && body !== undefined) {
      request.write(body.slice(0, body.length / 2))
      setImmediate(() => giveUp(request, over))
    } else request.end(body)
    if (abortAtBytes === 0) setTimeout(() => giveUp(request, over), Math.random() * 3)
  })
}

function giveUp(request: ClientRequest, over: (answer: undefined) => void): void {
  request.destroy()
  over(undefined)
}

function read(
  response: IncomingMessage,
  request: ClientRequest,
  abortAtBytes: number | undefined,
  over: (answer: Answer | undefined) => void,
): void {
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (abortAtBytes !== undefined && length >= abortAtBytes) giveUp(request, over)
  })
  response.on('error', error => request.emit('error', error))
  response.on('end', () => {
    const { statusCode: status = 0, headers } = response
    over({ status, headers, body: Buffer.concat(chunks) })
  })
}
