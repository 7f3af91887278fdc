/** Sends single requests, each at once, on connections that are kept and as many as it takes. */
import type { Distribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import { type Ending, Exchange } from '../exchange.ts'
import type { Sample } from '../sample.ts'
import type { Request } from '../work/request.ts'
import { type Connection, openConnection, targetOf } from './connection.ts'
import type { DriverContext } from './driver.ts'
import { requestWriter } from './request-bytes.ts'

/** Requests that hang up before the answer is complete, as users do who change their minds. */
export interface Cancelling {
  /** Of all requests, 0 to 1. */
  readonly share: number
  /** From the send, ms. */
  readonly after: Distribution
  readonly random: Random
}

export interface SenderOptions extends DriverContext {
  readonly cancelling: Cancelling | undefined
  /** Called after each read. */
  readonly onRead?: () => void
}

/** It is over: what it came to, and the answer's text where the request wants it. */
export type Settled = (sample: Sample, text: string) => void

export interface Sender {
  /** `dueAtMs` is undefined in a closed loop. A connection that has to be opened first is part of the request's times. */
  send(request: Request, dueAtMs: number | undefined, settled?: Settled): void
  readonly inFlight: number
  readonly connectionsOpened: number
  /** Settles what is in flight as open and closes all connections. */
  stop(): void | Promise<void>
}

interface Flight {
  readonly exchange: Exchange
  settle(ending: Ending, atMs: number, detail?: string): void
}

interface Line {
  readonly connection: Connection
  readonly exchange: Exchange
}

/** Servers close what is idle for 5 s or longer; what is about to be closed is not used again. */
const maxIdleMs = 4000
/** A time-out fires at most this share of it late. */
const sweepShare = 0.1

export function createSender(options: SenderOptions): Sender {
  const { clock, idleTimeoutMs, cancelling, onSent, onContent, onSettled, onRead } = options
  const target = targetOf(options.url)
  const write = requestWriter(options)
  const flights = new Set<Flight>()
  /** Those without a request; the one used last is used next, so that the others may grow old. */
  const free: Line[] = []
  let opened = 0

  const sweepMs = Math.max(5, Math.min(1000, idleTimeoutMs * sweepShare))
  let cancelSweep = clock.after(sweepMs, sweep)
  function sweep(): void {
    const nowMs = clock.nowMs()
    for (const flight of flights) {
      if (nowMs - flight.exchange.lastAtMs < idleTimeoutMs) continue
      flight.settle('timeout', nowMs, `no byte for ${Math.round(idleTimeoutMs)} ms`)
    }
    const young = free.findIndex(({ connection }) => isFresh(connection, nowMs))
    for (const old of free.splice(0, young < 0 ? free.length : young)) old.connection.close()
    cancelSweep = clock.after(sweepMs, sweep)
  }

  function takeLine(nowMs: number): Line {
    for (let last = free.pop(); last; last = free.pop()) {
      if (isFresh(last.connection, nowMs)) return last
      last.connection.close()
    }
    opened++
    return { connection: openConnection(target, clock), exchange: new Exchange() }
  }

  function send(request: Request, dueAtMs: number | undefined, settled?: Settled): void {
    const bytes = write(request)
    const sentAtMs = clock.nowMs()
    const line = takeLine(sentAtMs)
    const { connection, exchange } = line
    const { scenario, reader, place } = request
    const index = onSent(dueAtMs ?? sentAtMs)
    exchange.begin({ index, scenario, dueAtMs, sentAtMs, ...place }, reader, request)
    let cancelHangUp: () => void = () => {}
    const flight: Flight = {
      exchange,
      settle(ending, atMs, detail) {
        if (!flights.delete(flight)) return
        cancelHangUp()
        const sample = exchange.ended(ending, atMs, detail)
        const { text } = exchange
        // From here on it may be another request's.
        if (connection.isFree) free.push(line)
        else connection.close()
        onSettled(sample, atMs)
        settled?.(sample, text)
      },
    }
    flights.add(flight)
    connection.send(bytes, sentAtMs, {
      touched: atMs => exchange.touched(atMs),
      headed: (status, requestId) => exchange.headed(status, requestId),
      fed(bytes, from, to) {
        const count = exchange.fed(bytes, from, to)
        if (count > 0) onContent(exchange.lastAtMs, count)
        onRead?.()
      },
      ended: flight.settle,
    })
    const hangUpMs = hangUpAfter(cancelling, index)
    if (hangUpMs === undefined) return
    cancelHangUp = clock.after(hangUpMs, () => flight.settle('cancelled', clock.nowMs()))
  }

  return {
    send,
    get inFlight() {
      return flights.size
    },
    get connectionsOpened() {
      return opened
    },
    stop() {
      cancelSweep()
      const atMs = clock.nowMs()
      for (const flight of flights) flight.settle('open', atMs)
      for (const { connection } of free.splice(0)) connection.close()
    },
  }
}

function isFresh({ isFree, freeSinceMs }: Connection, nowMs: number): boolean {
  return isFree && nowMs - freeSinceMs < maxIdleMs
}

/** When request `index` is to hang up, ms from its send; undefined: it is not to. */
export function hangUpAfter(cancelling: Cancelling | undefined, index: number): number | undefined {
  if (!cancelling) return undefined
  const { share, after } = cancelling
  const random = cancelling.random.fork(index)
  return random.next() < share ? after.sample(random) : undefined
}
