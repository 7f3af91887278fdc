/**
 * `--against`: base and head by turns in one run, with the same work. What the machine does to one it does to the
 * other, a turn later or sooner, so it is not in their difference.
 */
import { createRandom } from '../../base/random.ts'
import { openJointWaysOut } from '../exports/ways-out.ts'
import { type GeneratorHealth, type GeneratorMonitor, monitorGenerator } from '../generator.ts'
import { checkReachable } from '../preflight.ts'
import type { RunContext } from '../run.ts'
import { summed } from '../samples/replay.ts'
import type { Summary } from '../summary.ts'
import { createWork } from '../work/work.ts'
import { drain } from './drain.ts'
import { type Game, type GameParts, prepareGame } from './game.ts'
import { againstOf, turnCaveats } from './outcome.ts'
import { type AgainstOptions, planTurns } from './plan.ts'
import type { Player } from './player.ts'
import type { SideResult } from './side-setting.ts'
import { type HeadWatch, watchHead } from './watch-head.ts'

/** The summary is head's, over its own turns; base's is in `against`. */
export async function runAgainst(options: AgainstOptions, context: RunContext): Promise<Summary> {
  const random = createRandom(options.seed)
  const plan = await planTurns(options, random)
  await checkReachable(options.baseUrl)
  await checkReachable(options.url)
  const broken = new AbortController()
  const work = await createWork(options, {
    query: options.url.search,
    random: random.fork('prompts'),
    stdin: process.stdin,
    onBroken: error => broken.abort(error),
  })
  const generator = monitorGenerator(context.clock)
  try {
    return await runGame(options, context, { plan, work, random, generator }, broken.signal)
  } finally {
    generator.stop()
  }
}

async function runGame(
  options: AgainstOptions,
  context: RunContext,
  parts: GameParts,
  broken: AbortSignal,
): Promise<Summary> {
  const { clock, onEvent } = context
  const { generator } = parts
  let startedWallMs = clock.wallMs()
  let watched: HeadWatch | undefined
  const game = await prepareGame(options, context, parts, {
    onSteady(atMs) {
      startedWallMs = clock.wallMs() - (clock.nowMs() - atMs)
      generator.reset()
      const startedAt = new Date(startedWallMs).toISOString()
      for (const { run } of game.players) run.begin(atMs, startedAt)
      watched?.begin()
    },
    onTurn: done => watched?.turn(done),
  })
  const ways = await openJointWaysOut(options, game.players.map(exportedOf), context).catch(
    async error => {
      await stopAll(game)
      throw error
    },
  )
  try {
    const before = { ...unplayed, startedWallMs, health: generator.read() }
    for (const { name, setting } of game.players) {
      onEvent?.({ type: 'run', setting: setting(before) }, name)
    }
    watched = watchHead(options, context, game)
    const signals = [broken, ...(context.signal ? [context.signal] : [])]
    const { windowsMs, ...played } = await playOut(
      game,
      context,
      AbortSignal.any(signals),
      generator,
    )
    broken.throwIfAborted()
    const warnings = [...turnCaveats(windowsMs, game), ...(await ways.finish())]
    const result = { ...played, startedWallMs, warnings }
    const [base, head] = game.players.map((player, i) => {
      const connectionsOpened = game.match.drivers[i]!.connectionsOpened
      const windowMs = windowsMs[i]!
      return sumUp(player, { ...result, windowMs, connectionsOpened }, context)
    })
    return { ...head!, against: againstOf(options, game, base!, head!) }
  } finally {
    watched?.stop()
    await ways.close()
  }
}

/** All that can be said of a run before it. */
const unplayed = { isInterrupted: false, windowMs: 0, connectionsOpened: 0, warnings: [] } as const

function exportedOf({ metrics: { instruments }, more: { histograms } }: Player) {
  return { instruments, histograms }
}

interface Played {
  readonly isInterrupted: boolean
  /** Of each side: all its measured turns together. */
  readonly windowsMs: readonly number[]
  readonly health: GeneratorHealth
}

/** From the first connect to the last socket closed; rejects when it ends for another reason than the user's. */
async function playOut(
  game: Game,
  { clock, signal, onNotice }: RunContext,
  ended: AbortSignal,
  generator: GeneratorMonitor,
): Promise<Played> {
  const { match, players, inFlight } = game
  let isInterrupted = false
  try {
    await match.play(ended).catch(async error => {
      if (!signal?.aborted) throw error
      isInterrupted = true
      match.halt()
      await drain({ clock, inFlight, onNotice })
    })
    const endMs = clock.nowMs()
    const windowsMs = players.map(({ run }) => run.finish(endMs))
    return { isInterrupted, windowsMs, health: generator.read() }
  } finally {
    await stopAll(game)
  }
}

async function stopAll({ match }: Game): Promise<void> {
  await Promise.all(match.drivers.map(driver => driver.stop()))
}

function sumUp(
  { name, run, metrics, setting }: Player,
  result: SideResult,
  { onEvent }: RunContext,
): Summary {
  const { recorder } = run
  const { windowMs } = result
  const told = setting(result)
  onEvent?.({ type: 'end', setting: told, windowMs, counts: recorder.counts(), lost: 0 }, name)
  const summary = summed(recorder, windowMs, told)
  metrics.verdicts(summary.thresholds)
  return summary
}
