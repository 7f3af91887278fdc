/** Base and head, ready to play: whose connections or timetable, whose requests, and who is told of it. */
import type { Random } from '../../base/random.ts'
import type { GeneratorMonitor } from '../generator.ts'
import type { ConnectionsPlan, OpenPlan } from '../load/plan.ts'
import type { RunContext } from '../run.ts'
import { recorderRandom } from '../samples/replay.ts'
import type { Work } from '../work/work.ts'
import { closedTurns } from './closed-turns.ts'
import type { Match } from './match.ts'
import { type OpenMatch, openTurns } from './open-turns.ts'
import type { AgainstOptions } from './plan.ts'
import { createPlayer, type Player } from './player.ts'
import { orderOfTurns } from './rounds.ts'
import { createTimetable } from './timetable.ts'
import { createTurns, type Side, sides } from './turns.ts'
import { createTwinWork } from './twin-work.ts'

export interface Game {
  readonly players: readonly [base: Player, head: Player]
  readonly match: Match
  /** Of both sides together. */
  inFlight(): number
}

export interface GameParts {
  /** Of each side alone. */
  readonly plan: ConnectionsPlan | OpenPlan
  readonly work: Work
  readonly random: Random
  readonly generator: GeneratorMonitor
}

/** Who is told how far it is. */
export interface Spectator {
  /** The first measured turn begins. */
  onSteady(atMs: number): void
  /** Measured turns that are over. */
  onTurn(done: number): void
}

/** As in a run of one side: connections start over this share of the warm-up. */
const rampShare = 0.75

/** Nothing is sent before it is played. */
export async function prepareGame(
  options: AgainstOptions,
  context: RunContext,
  { plan, work, random, generator }: GameParts,
  spectator: Spectator,
): Promise<Game> {
  const { clock } = context
  const turns = createTurns(options.connections)
  const twins = createTwinWork(work)
  const warmupMs = options.warmup / sides.length
  const rampMs = plan.loop === 'open' ? 0 : warmupMs * rampShare
  let timetabled: OpenMatch | undefined
  const playerOf = (name: Side) =>
    createPlayer({
      ...{ name, options, context, plan, rampMs, generator },
      work: twins.of[name],
      random: recorderRandom(options.seed),
      ...(plan.loop === 'open'
        ? { turn: undefined, onSettled() {} }
        : { turn: turns.at[name], onSettled: turns.settled }),
      onReached: atMs => timetabled?.reached(atMs),
    })
  const [base, head] = [playerOf('base'), playerOf('head')]
  const players = [base, head] as const
  const runs = { base: base.run, head: head.run }
  const rounds = orderOfTurns(options.rounds, random.fork('turns'))
  const turnMs = plan.durationMs / rounds.length
  const inFlight = () => runs.base.inFlight + runs.head.inFlight

  if (plan.loop === 'open') {
    const timetable = createTimetable({
      ...{ schedule: plan.schedule, warmupMs: options.warmup, turnMs, rounds },
      random: random.fork('load'),
    })
    const referee = { ...spectator, onRound: twins.enter }
    timetabled = openTurns({ clock, plan, timetable, runs, referee })
    return { players, match: timetabled, inFlight }
  }
  let round = 0
  const match = await closedTurns({
    ...{ clock, connections: options.connections, rampMs, turns, runs },
    score: {
      warmup: sides,
      warmupTurnMs: warmupMs,
      rounds,
      turnMs,
      turnRequests:
        plan.requests === undefined ? undefined : Math.ceil(plan.requests / rounds.length),
    },
    referee: {
      onSteady: () => spectator.onSteady(clock.nowMs()),
      onTurn: spectator.onTurn,
      onRound() {
        for (const side of sides) twins.enter(side, round)
        round++
      },
    },
  })
  return { players, match, inFlight }
}
