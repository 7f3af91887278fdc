/** A worker's part of a run: its work, its driver, and what it tells of them. */
import type { Clock } from '../../base/clock.ts'
import { createRandom } from '../../base/random.ts'
import type { Driver, DriverContext } from '../drivers/driver.ts'
import { monitorGenerator } from '../generator.ts'
import { type LoadPlan, planLoad } from '../load/plan.ts'
import { placeOf, type Share } from '../load/share.ts'
import { wholeUs } from '../microseconds.ts'
import { buildLoadDriver } from '../run/load-driver.ts'
import { targetOf } from '../run/target.ts'
import type { Sample } from '../sample.ts'
import { createWork, type Work } from '../work/work.ts'
import { type Board, boardOn } from './board.ts'
import { originNs, shiftMs } from './common-clock.ts'
import { type DealtSchedule, dealArrivals, dealRequests } from './dealt.ts'
import {
  type FromWorker,
  type Hiring,
  tellable,
  unpackOptions,
  type WorkerOptions,
} from './messages.ts'
import { createOutbox } from './outbox.ts'
import { stdinFor } from './refusals.ts'

export interface WorkerPart {
  /** `atMs`: on the main thread's clock. */
  begin(atMs: number): void
  drain(): void
  finish(): void
  /** Tells what it has not told yet. */
  flush(): void
  /** Tells all that is left, and that it has stopped. */
  stop(): Promise<void>
}

export interface PartContext {
  readonly clock: Clock
  say(message: FromWorker): void
}

/** How often it tells how well it is. */
const healthEveryMs = 500

/** Throws OptionError for what cannot be used. */
export async function startPart(hiring: Hiring, { clock, say }: PartContext): Promise<WorkerPart> {
  const { share } = hiring
  const options = unpackOptions(hiring.options)
  const url = new URL(hiring.href)
  const board = boardOn(hiring.board)
  const shift = shiftMs(originNs(clock), hiring.originNs)
  const raw = await workOf(options, url, share, say)
  const random = createRandom(options.seed).fork('load')
  const plan = await planLoad(options, random, options.turns !== undefined, raw.hasTalks)
  const { work, takeNumber, deal } = dealt(raw, plan, { options, share, board })
  // Arrivals that are dealt out are counted already.
  const hasTickets = plan.requests !== undefined && !(plan.loop === 'open' && !work.hasTalks)
  const health = monitorGenerator(clock, true)
  let windowFromMs = Number.POSITIVE_INFINITY
  const timers: (() => void)[] = []
  let cancelHealth = () => {}

  const outbox = createOutbox({
    clock,
    shiftMs: shift,
    everyMs: hiring.tellEveryMs,
    taken: () => board.takenOf(share.number),
    post(news) {
      say({ type: 'batch', batch: { ...news, connectionsOpened: driver.connectionsOpened } })
    },
  })
  const context: DriverContext = {
    ...targetOf(url),
    headers: work.headers,
    work,
    idleTimeoutMs: options.timeout,
    clock,
    inFlightOfAll: () => board.inFlight,
    onSent(dueAtMs) {
      board.sent()
      outbox.sent(dueAtMs)
      const isMeasured = wholeUs(dueAtMs + shift) >= windowFromMs
      // Who can take no other ticket has sent its last.
      if (hasTickets && isMeasured && !board.takeTicket()) driver.drain()
      return takeNumber() ?? board.takeNumber()
    },
    onContent(atMs, count) {
      if (atMs + shift >= windowFromMs) outbox.content(atMs, count)
    },
    onSettled(sample, atMs) {
      board.settled()
      outbox.settled(ofAll(sample, share), atMs)
    },
    onDropped: outbox.dropped,
  }
  const driver: Driver = await buildLoadDriver(options, plan, context, { share, deal })

  /** Calls `then` at `atMs` and never before it, as a timer alone may. */
  function at(atMs: number, then: () => void): void {
    const leftMs = atMs - clock.nowMs()
    if (leftMs <= 0) then()
    else timers.push(clock.after(leftMs, () => at(atMs, then)))
  }
  function tellHealth(): void {
    say({ type: 'health', health: health.read() })
    cancelHealth = clock.after(healthEveryMs, tellHealth)
  }

  return {
    begin(atMs) {
      const ownMs = atMs - shift
      const steadyMs = ownMs + options.warmup
      windowFromMs = wholeUs(atMs + options.warmup)
      // One ticket is in hand from the start.
      if (!hasTickets || board.takeTicket()) driver.begin(ownMs)
      at(steadyMs, health.reset)
      // An open loop ends by its schedule.
      if (plan.requests === undefined && plan.loop !== 'open') {
        at(steadyMs + plan.durationMs, () => driver.drain())
      }
      tellHealth()
    },
    drain: () => driver.drain(),
    finish: health.finish,
    flush: outbox.flush,
    async stop() {
      for (const cancel of [...timers, cancelHealth]) cancel()
      await driver.stop()
      outbox.flush()
      say({ type: 'stopped', health: health.read() })
      health.stop()
    },
  }
}

/** Sessions are counted by each worker for itself. */
function ofAll(sample: Sample, share: Share): Sample {
  const { session } = sample
  return session === undefined ? sample : { ...sample, session: placeOf(share, session) }
}

/** Sessions of several turns are drawn by each worker for itself: whose turn it is depends on the server. */
async function workOf(
  options: WorkerOptions,
  url: URL,
  share: Share,
  say: PartContext['say'],
): Promise<Work> {
  const prompts = createRandom(options.seed).fork('prompts')
  const made = (random: typeof prompts) =>
    createWork(options, {
      query: url.search,
      random,
      sessionNumber: count => count * share.of + share.number,
      stdin: stdinFor(share.of),
      onBroken: error => say({ type: 'refused', error: tellable(error) }),
    })
  const work = await made(prompts)
  return work.hasTalks ? await made(prompts.fork('worker').fork(share.number)) : work
}

function dealt(
  work: Work,
  plan: LoadPlan,
  { options, share, board }: { options: WorkerOptions; share: Share; board: Board },
): DealtSchedule {
  if (plan.loop !== 'open') {
    return { ...dealRequests(work, board.takeNumber), deal: arrivals => arrivals }
  }
  const requests = work.hasTalks ? undefined : plan.requests
  return dealArrivals(work, { share, warmupMs: options.warmup, requests })
}
