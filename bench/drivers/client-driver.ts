/**
 * The closed loop through the reference client: so many users, each making its next call when the last is over,
 * with the client's retries, its obedience to `retry-after`, its pauses and its pace.
 *
 * A request is due when its user makes the call: what the client holds it back is part of what the user waits.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setMaxListeners } from 'node:events'
import { sleep } from '../../base/clock.ts'
import { OptionError } from '../../base/option-error.ts'
import type { Random } from '../../base/random.ts'
import {
  type ChatResult,
  type ChatStream,
  type Client,
  ClientError,
  createClient,
} from '../../client/index.ts'
import type { Outcome, Sample } from '../sample.ts'
import type { Check, Request } from '../work/request.ts'
import { chatPath, clientRequest } from './client-request.ts'
import { sampleOfCall } from './client-sample.ts'
import type { Driver, DriverContext } from './driver.ts'

export interface ClientLoop {
  readonly connections: number
  /** First calls are spread evenly over this time. */
  readonly rampMs: number
  readonly policy: ClientPolicy
  /** Draws the client's jitter. */
  readonly random: Random
  /** Each call that was sent, as it is over; before `onSettled`. */
  readonly onCall?: (call: EndedCall) => void
}

export interface ClientPolicy {
  /** Fixed: all connections from the start; adaptive: as many of them as the client finds good. */
  readonly pace: 'fixed' | 'adaptive'
  /** Sends of one request; 1: it is never tried again. */
  readonly maxAttempts: number
  /** Ms; the client's back-off. */
  readonly baseDelay: number
  /** Ms. */
  readonly maxDelay: number
}

/** What a Sample does not tell. */
export interface EndedCall {
  /** Counts users from 0. */
  readonly user: number
  readonly sample: Sample
  readonly result: ChatResult
  /** From the call to its first send: the client held it back. */
  readonly heldMs: number
  readonly endedAtMs: number
}

/** The result of a call that was never made. */
const unsent = { attempts: [], failure: undefined, usage: undefined } as const

/** After a connection that could not be made a user waits, or a dead target would be hammered. */
const refusedDelayMs = 100

/** Throws OptionError where the work is no chat completion. */
export async function buildClientDriver(
  { connections, rampMs, policy, random, onCall }: ClientLoop,
  context: DriverContext,
): Promise<Driver> {
  const { clock, work, onSent, onContent, onSettled } = context
  checkEndpoints(work)
  const client = clientFor({ connections, policy, random }, context)
  const connects = countConnects(new URL(context.url))
  const ended = new AbortController()
  // Every user may wait for it.
  setMaxListeners(0, ended.signal)
  const streams = new Set<ChatStream>()
  /** Those of them whose first try has not left yet. */
  const held = new Set<ChatStream>()
  const users: Promise<void>[] = []
  let isRunning = true

  async function user(number: number): Promise<void> {
    await pauseFor((rampMs * number) / connections)
    while (isRunning) {
      const outcome = await call(number, work.next())
      if (outcome === 'connect_error' || outcome === 'malformed') await pauseFor(refusedDelayMs)
    }
  }

  /** Ends early, and well, where the driver does. */
  async function pauseFor(delayMs: number): Promise<void> {
    if (delayMs <= 0) return
    await sleep(clock, delayMs, ended.signal).catch(error => {
      if (!ended.signal.aborted) throw error
    })
  }

  async function call(number: number, request: Request): Promise<Outcome | undefined> {
    const { scenario, check } = request
    const dueAtMs = clock.nowMs()
    const asked = clientRequest(request)
    if (!asked) return refuse(request, dueAtMs)
    let index: number | undefined
    const stream = client.stream(
      { ...asked, headers: { ...context.headers, ...request.headers } },
      {
        onSend() {
          held.delete(stream)
          index ??= onSent(dueAtMs)
        },
      },
    )
    streams.add(stream)
    held.add(stream)
    const contentAtMs: number[] = []
    try {
      for await (const { kind } of stream) {
        if (kind === 'usage' || kind === 'retry' || kind === 'end') continue
        const atMs = clock.nowMs()
        contentAtMs.push(atMs)
        onContent(atMs, 1)
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
    } finally {
      streams.delete(stream)
      held.delete(stream)
    }
    const result = await stream.result
    const endedAtMs = clock.nowMs()
    const sentAtMs = result.attempts[0]?.sentAtMs
    if (index === undefined || sentAtMs === undefined) return undefined
    const departure = { index, scenario, dueAtMs, sentAtMs }
    const sample = checked(sampleOfCall({ departure, result, contentAtMs, endedAtMs }), {
      check,
      text: result.text,
    })
    onCall?.({ user: number, sample, result, heldMs: sentAtMs - dueAtMs, endedAtMs })
    onSettled(sample, endedAtMs)
    return sample.outcome
  }

  /** A script may ask for any path; what the client cannot send is said where failures are. */
  function refuse({ scenario, path }: Request, atMs: number): Outcome {
    const departure = { index: onSent(atMs), scenario, dueAtMs: atMs, sentAtMs: atMs }
    const detail = `the reference client sends ${chatPath} only, not ${path}`
    const call = { departure, result: unsent, contentAtMs: [], endedAtMs: atMs }
    const outcome = 'malformed'
    onSettled({ ...sampleOfCall(call), outcome, censoredMs: undefined, detail }, atMs)
    return outcome
  }

  return {
    begin() {
      for (let number = 0; number < connections; number++) users.push(user(number))
    },
    get inFlight() {
      return client.limiter.inFlight
    },
    get connectionsOpened() {
      return connects.count
    },
    drain() {
      isRunning = false
      for (const stream of held) stream.cancel()
    },
    async stop() {
      isRunning = false
      ended.abort()
      for (const stream of streams) stream.cancel()
      await Promise.all(users)
      await client.close()
      connects.stop()
    },
  }
}

/** Throws OptionError where the work asks for anything but chat completions. */
function checkEndpoints({ scenarios }: DriverContext['work']): void {
  const other = scenarios.find(({ endpoint }) => endpoint !== 'chat')
  if (!other) return
  const where = other.name === undefined ? '' : ` in the scenario ${other.name}`
  const allowed = `the reference client sends chat completions only, and ${other.endpoint} is asked for${where}`
  throw new OptionError('endpoint', other.endpoint, allowed)
}

/** What came whole may still be wrong, by the work's own word. */
function checked(
  sample: Sample,
  { check, text }: { check: Check | undefined; text: string },
): Sample {
  const wrong = sample.outcome === 'ok' ? check?.(sample, text) : undefined
  return wrong === undefined
    ? sample
    : { ...sample, outcome: 'malformed', detail: `check: ${wrong}` }
}

function clientFor(
  { connections, policy, random }: Pick<ClientLoop, 'connections' | 'policy' | 'random'>,
  { url, headers, idleTimeoutMs, clock }: DriverContext,
): Client {
  return createClient(
    {
      ...policy,
      url,
      apiKey: /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? 'none',
      concurrency: connections,
      firstTokenTimeout: idleTimeoutMs,
      idleTimeout: idleTimeoutMs,
      totalTimeout: 0,
      counting: 'off',
    },
    { clock, random },
  )
}

/** undici tells of every connection in the process; those to this host are counted. */
function countConnects({ host }: URL): { readonly count: number; stop(): void } {
  let count = 0
  const channel = 'undici:client:connected'
  function connected(message: unknown): void {
    const { connectParams } = message as { connectParams?: { host?: string } }
    if (connectParams?.host === host) count++
  }
  subscribe(channel, connected)
  return {
    get count() {
      return count
    },
    stop: () => unsubscribe(channel, connected),
  }
}
