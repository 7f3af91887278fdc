/**
 * The closed loop, on autocannon 9: every connection sends its next request when the last has ended.
 *
 * autocannon opens sockets, writes requests and parses HTTP; what is measured is read from its client
 * events, and none of its own statistics are used. Its rate options are not (they are no open loop and
 * their correction is wrong by a unit), nor `reconnectRate`, `timeout` (total time, not idle) and
 * pipelining. `lane.ts` keeps its clients sound where a connection ends at the wrong moment.
 */
import { placeOf, type Share, sizeOf, wholeLoad } from '../load/share.ts'
import type { Driver, DriverContext } from './driver.ts'
import { createLane, type Lane, type LaneClient } from './lane.ts'
import { requestWriter } from './request-bytes.ts'

export interface ClosedLoop {
  readonly connections: number
  /** First requests are spread evenly over this time, so that streams do not run in step. */
  readonly rampMs: number
  /** Connections that come, or go, one after the other over a time. */
  readonly change?: Change
  /** Those of them that are this driver's. Default: all. */
  readonly share?: Share | undefined
}

export interface Change {
  /** How many there are first; `connections` is how many there are in the end. */
  readonly from: number
  /** From the beginning of the load, ms. */
  readonly startMs: number
  readonly endMs: number
}

/** autocannon's timers take up to 2^31 ms; this is far above any stream, and never fires. */
const neverSeconds = 2_000_000
/** How often autocannon looks whether all clients are done. */
const endCheckMs = 100
/** A time-out fires at most this share of it late. */
const sweepShare = 0.1

/** Builds the clients, at about a millisecond each. */
export async function buildAutocannon(
  { connections, rampMs, change, share = wholeLoad }: ClosedLoop,
  context: DriverContext,
): Promise<Driver> {
  const { default: autocannon } = await import('autocannon')
  const { clock, idleTimeoutMs } = context
  const lanes: Lane[] = []
  const first = change?.from ?? connections
  const most = Math.max(first, connections)
  const cancelChanges: (() => void)[] = []
  const write = requestWriter(context)

  const run = autocannon({
    url: context.url,
    connections: sizeOf(share, most),
    pipelining: 1,
    duration: neverSeconds,
    timeout: neverSeconds,
    sampleInt: endCheckMs,
    excludeErrorStats: true,
    setupClient(client) {
      // The declared type leaves out what lane.ts lists in LaneClient; createLane checks that it is there.
      lanes.push(createLane(client as unknown as LaneClient, { ...context, write }))
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
      for (const [own, lane] of lanes.entries()) {
        const i = placeOf(share, own)
        if (i < first) lane.begin((rampMs * i) / first)
        else lane.begin(changeAtMs(change!, connections, i))
        if (change && i >= connections) {
          cancelChanges.push(clock.after(changeAtMs(change, connections, i), () => lane.drain()))
        }
      }
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
      for (const cancel of cancelChanges) cancel()
      const atMs = clock.nowMs()
      for (const lane of lanes) lane.stop(atMs)
      await finished
    },
  }
}

/** When connection number `i` comes or goes: each number of connections lasts as long. */
function changeAtMs({ from, startMs, endMs }: Change, to: number, i: number): number {
  const steps = Math.abs(to - from)
  const step = to > from ? i - from + 1 : from - i
  return startMs + ((endMs - startMs) * step) / (steps + 1)
}
