/**
 * `--against`: base and head by turns in one run, on connections that stay open, with the same work. What the
 * machine does to one it does to the other, a turn later or sooner, so it is not in their difference.
 */
import { version } from '../../base/package.ts'
import { createRandom } from '../../base/random.ts'
import { loadCaveats } from '../caveats.ts'
import { buildAutocannon } from '../drivers/autocannon.ts'
import type { Driver } from '../drivers/driver.ts'
import { readEnvironment } from '../environment.ts'
import { type GeneratorHealth, monitorGenerator } from '../generator.ts'
import { measuredOf } from '../measured.ts'
import { checkReachable } from '../preflight.ts'
import { createRecorder } from '../recorder.ts'
import type { RunContext } from '../run.ts'
import { type Summary, summarise } from '../summary.ts'
import { judge, parseThreshold } from '../threshold.ts'
import { createWork } from '../work/work.ts'
import { type AgainstOptions, againstOf, loadOf, turnCaveats } from './outcome.ts'
import { type Playing, play } from './play.ts'
import { refuseBesideAgainst } from './refusals.ts'
import { orderOfTurns } from './rounds.ts'
import { createSide, type SideRun } from './side.ts'
import { createTurns, type Side, sides } from './turns.ts'
import { createTwinWork } from './twin-work.ts'
import { watchHead } from './watch-head.ts'

/** Of both sides together. */
const usualDurationMs = 10_000
/** As in a run of one side: connections start over this share of the warm-up. */
const rampShare = 0.75

/** The summary is head's, over its own turns; base's is in `against`. */
export async function runAgainst(options: AgainstOptions, context: RunContext): Promise<Summary> {
  refuseBesideAgainst(options)
  await checkReachable(options.baseUrl)
  await checkReachable(options.url)
  const { clock } = context
  const random = createRandom(options.seed)
  const { connections, duration: durationMs = usualDurationMs } = options
  const turns = createTurns(connections)
  const broken = new AbortController()
  const work = await createWork(options, {
    query: options.url.search,
    random: random.fork('prompts'),
    stdin: process.stdin,
    onBroken: error => broken.abort(error),
  })
  const twins = createTwinWork(work)
  const sideOf = (name: Side, { origin, pathname }: URL): SideRun =>
    createSide({
      name,
      target: {
        url: `${origin}${pathname.replace(/\/+$/, '')}`,
        headers: work.headers,
        idleTimeoutMs: options.timeout,
      },
      work: twins.of[name],
      clock,
      recorder: createRecorder(
        random.fork('dots'),
        options.slo.flatMap(text => parseThreshold(text) ?? []),
      ),
      turns,
      onSample: sample => (name === 'head' ? context.onSample?.(sample) : undefined),
    })
  const runs = { base: sideOf('base', options.baseUrl), head: sideOf('head', options.url) }
  const rampMs = (options.warmup / sides.length) * rampShare
  const drivers: Driver[] = []
  const generator = monitorGenerator(clock)
  const watched = watchHead(options, context, runs.head, () => turns.inFlight)
  let startedWallMs = clock.wallMs()
  let isInterrupted = false
  let health: GeneratorHealth
  const playing: Playing = {
    clock,
    turns,
    runs,
    signal: AbortSignal.any([broken.signal, ...(context.signal ? [context.signal] : [])]),
    onSteady() {
      startedWallMs = clock.wallMs()
      generator.reset()
      for (const side of sides) runs[side].recorder.begin(clock.nowMs())
      watched.begin()
    },
    onRound: twins.newRound,
    onTurn: watched.turn,
  }
  const rounds = orderOfTurns(options.rounds, random.fork('turns'))
  try {
    for (const side of sides) {
      drivers.push(await buildAutocannon({ connections, rampMs }, runs[side].context))
    }
    for (const driver of drivers) driver.begin()
    await play(
      {
        warmup: sides,
        warmupTurnMs: options.warmup / sides.length,
        rounds,
        turnMs: durationMs / rounds.length / sides.length,
        turnRequests:
          options.requests === undefined ? undefined : Math.ceil(options.requests / rounds.length),
      },
      playing,
    ).catch(error => {
      if (broken.signal.aborted || !context.signal?.aborted) throw error
      isInterrupted = true
    })
    for (const side of sides) runs[side].recorder.finish(clock.nowMs())
    health = generator.read()
  } finally {
    watched.stop()
    await Promise.all(drivers.map(driver => driver.stop()))
    generator.stop()
  }

  const { base, head } = runs
  const windowMs = Math.max(1, head.measuredMs)
  const measured = measuredOf(head.recorder, windowMs)
  const thresholds = options.threshold.flatMap(text => parseThreshold(text) ?? [])
  const against = againstOf(options, runs, isInterrupted)
  return summarise({
    tool: { name: 'tokadence', version },
    run: {
      id: context.runId,
      label: options.label ?? null,
      startedAt: new Date(startedWallMs).toISOString(),
      interrupted: isInterrupted,
    },
    target: { url: options.url.href, model: options.model },
    load: loadOf(options, {
      durationMs,
      rampMs,
      work,
      connectionsOpened: drivers[1]?.connectionsOpened ?? 0,
    }),
    recorder: head.recorder,
    measured,
    windowMs,
    generator: health,
    environment: readEnvironment(),
    // What the generator suffers both sides suffer, and it is in the width of the intervals.
    toleratesInvalid: true,
    verdicts: thresholds.map(threshold => judge(threshold, measured, options)),
    warnings: [...loadCaveats(options, connections, work), ...turnCaveats(against, [base, head])],
    against,
  })
}
