/** What came of a run by turns: the comparison, with the base's own summary, and what to mind. */
import { comparePaired } from '../compare/paired.ts'
import { questionOf } from '../compare/question.ts'
import type { Against, Summary } from '../summary.ts'
import type { Game } from './game.ts'
import type { AgainstOptions } from './plan.ts'

export function againstOf(
  options: AgainstOptions,
  { players }: Game,
  base: Summary,
  head: Summary,
): Against {
  const [a, b] = players.map(({ run }) => run.blocks)
  const asked = { ...questionOf(options), seed: options.seed }
  const comparison = comparePaired(a!, b!, asked)
  const windowsMs = [base, head].map(({ run }) => run.seconds * 1000)
  return {
    url: options.baseUrl.href,
    rounds: comparison.blocks.base,
    turnMs: turnMsOf(windowsMs, comparison.blocks.base),
    comparison: head.run.interrupted
      ? { ...comparison, verdict: 'inconclusive', says: 'The run was interrupted.' }
      : comparison,
    base,
  }
}

/** Mean length of a turn. */
function turnMsOf(windowsMs: readonly number[], rounds: number): number {
  const sumMs = windowsMs.reduce((sum, ms) => sum + ms, 0)
  return sumMs / windowsMs.length / Math.max(1, rounds)
}

export function turnCaveats(windowsMs: readonly number[], { players }: Game): readonly string[] {
  const [{ run }] = players
  const turnMs = turnMsOf(windowsMs, run.blocks.length)
  const medians = players.map(player => player.run.recorder.times.e2e.percentile(50) ?? 0)
  const slowest = Math.max(...medians)
  return slowest > turnMs
    ? [
        `A turn lasted ${Math.round(turnMs)} ms and a reply ${Math.round(slowest)} ms: both sides were busy at once most of the time. Take fewer rounds or a longer duration.`,
      ]
    : []
}
