/**
 * The closed loop, on autocannon 9: every connection sends its next request when the last has ended.
 *
 * autocannon opens sockets, writes requests and parses HTTP; what is measured is read from its client
 * events, and none of its own statistics are used. Its rate options are not (they are no open loop and
 * their correction is wrong by a unit), nor `reconnectRate`, `timeout` (total time, not idle) and
 * pipelining. `lane.ts` keeps its clients sound where a connection ends at the wrong moment.
 */
import type { Clock } from '../../base/clock.ts'
import type { Sample } from '../sample.ts'
import { createLane, type Lane, type LaneClient } from './lane.ts'

export interface DriverOptions {
  /** The full URL to POST to. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  nextBody(): string
  /** A request is given up when no byte came for this long. */
  readonly idleTimeoutMs: number
  /** First requests are spread evenly over this time, so that streams do not run in step. */
  readonly rampMs: number
  readonly clock: Clock
  onSent(atMs: number): void
  /** Content chunks arrived, `count` of them in one piece. */
  onContent(atMs: number, count: number): void
  onSettled(sample: Sample, atMs: number): void
}

export interface Driver {
  /** Starts the load; until then all is built and nothing connected. */
  begin(): void
  readonly inFlight: number
  /** Connections opened since the start; more than there are lanes means that some were lost. */
  readonly connectionsOpened: number
  /** Sends no more; what is in flight goes on. */
  drain(): void
  /** Ends it now: what is in flight is settled as open. Resolves when all sockets are closed. */
  stop(): Promise<void>
}

/** autocannon's timers take up to 2^31 ms; this is far above any stream, and never fires. */
const neverSeconds = 2_000_000
/** How often autocannon looks whether all clients are done. */
const endCheckMs = 100
/** A time-out fires at most this share of it late. */
const sweepShare = 0.1

/** Builds the clients, at about a millisecond each. */
export async function buildAutocannon(options: DriverOptions): Promise<Driver> {
  const { default: autocannon } = await import('autocannon')
  const { clock, connections, rampMs, idleTimeoutMs } = options
  const lanes: Lane[] = []
  const nextRequest = requestWriter(options)

  const run = autocannon({
    url: options.url,
    connections,
    pipelining: 1,
    duration: neverSeconds,
    timeout: neverSeconds,
    sampleInt: endCheckMs,
    excludeErrorStats: true,
    setupClient(client) {
      // The declared type leaves out what lane.ts lists in LaneClient; createLane checks that it is there.
      lanes.push(createLane(client as unknown as LaneClient, { ...options, nextRequest }))
    },
  })
  const finished = Promise.resolve(run)

  let cancelSweep: () => void = () => {}
  const sweepMs = Math.max(5, Math.min(1000, idleTimeoutMs * sweepShare))
  function sweep(): void {
    for (const lane of lanes) lane.expire(idleTimeoutMs)
    cancelSweep = clock.after(sweepMs, sweep)
  }
  cancelSweep = clock.after(sweepMs, sweep)

  return {
    begin() {
      // From here and not from when each was built: building 500 takes half a second.
      for (const [i, lane] of lanes.entries()) lane.begin((rampMs * i) / connections)
    },
    get inFlight() {
      return lanes.reduce((sum, lane) => sum + (lane.busy ? 1 : 0), 0)
    },
    get connectionsOpened() {
      return lanes.reduce((sum, lane) => sum + lane.opened, 0)
    },
    drain() {
      for (const lane of lanes) lane.drain()
    },
    async stop() {
      cancelSweep()
      const atMs = clock.nowMs()
      for (const lane of lanes) lane.stop(atMs)
      await finished
    },
  }
}

/** Head and body in one piece, so that one write sends a request. */
function requestWriter({ url, headers, nextBody }: DriverOptions): () => Buffer {
  const { host, pathname, search } = new URL(url)
  const all = { host, connection: 'keep-alive', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  const head = [`POST ${pathname}${search} HTTP/1.1`, ...lines, 'content-length: '].join('\r\n')
  return () => {
    const body = nextBody()
    return Buffer.from(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
}
