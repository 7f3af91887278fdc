/** What came of a run by turns: base's account, the comparison, and what to mind. */
import { createRandom } from '../../base/random.ts'
import { compareEvidence } from '../compare/comparison.ts'
import { drawBlocks, evidenceOfBlocks } from '../compare/evidence.ts'
import { questionOf } from '../compare/question.ts'
import { timeNames } from '../measure.ts'
import type { RunOptions } from '../run.ts'
import type { Load } from '../summary.ts'
import type { Work } from '../work/work.ts'
import type { Against } from './against.ts'
import type { SideRun } from './side.ts'
import { type Side, sides } from './turns.ts'

export type AgainstOptions = RunOptions & { readonly baseUrl: URL }

export function againstOf(
  options: AgainstOptions,
  { base, head }: Readonly<Record<Side, SideRun>>,
  isInterrupted: boolean,
): Against {
  // An interrupted run may have a turn without its counterpart.
  const rounds = Math.min(base.blocks.length, head.blocks.length)
  const drawing = drawBlocks(rounds, createRandom(options.seed, 'redrawn'))
  const [a, b] = [base, head].map(({ blocks }) =>
    evidenceOfBlocks(blocks.slice(0, rounds), drawing),
  )
  const comparison = compareEvidence(a!, b!, { ...questionOf(options), isPaired: true })
  const times = timeNames.map(name => [`${name}Ms`, base.recorder.times[name].stats()] as const)
  return {
    url: options.baseUrl.href,
    rounds,
    turnMs: (base.measuredMs + head.measuredMs) / 2 / Math.max(1, rounds),
    counts: base.recorder.counts(),
    times: Object.fromEntries(times) as Against['times'],
    comparison: isInterrupted
      ? { ...comparison, verdict: 'inconclusive', says: 'The run was interrupted.' }
      : comparison,
  }
}

export function turnCaveats({ turnMs }: Against, both: readonly SideRun[]): readonly string[] {
  const slowest = Math.max(...both.map(({ recorder }) => recorder.times.e2e.percentile(50) ?? 0))
  return slowest > turnMs
    ? [
        `A turn lasted ${Math.round(turnMs)} ms and a reply ${Math.round(slowest)} ms: both sides were busy at once most of the time. Take fewer rounds or a longer duration.`,
      ]
    : []
}

/** Head's share of the load. */
export function loadOf(
  options: RunOptions,
  { durationMs, rampMs, work, connectionsOpened }: LoadFacts,
): Load {
  return {
    driver: 'autocannon closed loop, base and head by turns',
    loop: 'closed',
    connections: options.connections,
    durationMs: options.requests === undefined ? durationMs / sides.length : null,
    requests: options.requests ?? null,
    warmupMs: options.warmup / sides.length,
    rampMs,
    timeoutMs: options.timeout,
    maxTokens: options.maxTokens ?? null,
    prompts: work.prompts,
    seed: options.seed,
    connectionsOpened,
  }
}

export interface LoadFacts {
  /** Of both sides together. */
  readonly durationMs: number
  readonly rampMs: number
  readonly work: Work
  readonly connectionsOpened: number
}
