/** Two runs compared from their files: made apart, or the two sides of one run by turns. */
import { createRandom } from '../../base/random.ts'
import type { Summary } from '../summary.ts'
import { type Comparison, compareEvidence, type Question } from './comparison.ts'
import { differencesOf, faultOf } from './conditions.ts'
import { comparePaired } from './paired.ts'
import { type RunFile, readRun } from './read-run.ts'

export interface ComparedFiles {
  readonly comparison: Comparison
  readonly base: Summary
  readonly head: Summary
}

type Asked = Omit<Question, 'isPaired'> & { readonly seed: string }

/** Throws OptionError for a file that is no run. */
export async function compareFiles(
  base: string,
  head: string,
  asked: Asked,
): Promise<ComparedFiles> {
  const random = createRandom(asked.seed, 'compare')
  const a = await readRun(base, random.fork('base'))
  const b = await readRun(head, random.fork('head'))
  const isPaired = arePaired(a, b)
  const comparison = isPaired
    ? comparePaired(a.turns, b.turns, asked)
    : compareEvidence(a.evidence, b.evidence, { ...asked, isPaired })
  const fault = faultOf(a.conditions, 'base') ?? faultOf(b.conditions, 'head')
  return {
    comparison: {
      ...comparison,
      ...(fault !== undefined && {
        verdict: 'inconclusive' as const,
        says: `Nothing can be concluded: ${fault}.`,
      }),
      warnings: isPaired ? [] : apartCaveats(a, b),
    },
    base: a.summary,
    head: b.summary,
  }
}

/** Sides of the same run. */
function arePaired({ turns, summary: base }: RunFile, { turns: others, summary: head }: RunFile) {
  return turns.length > 0 && others.length > 0 && base.run.id === head.run.id
}

function apartCaveats(a: RunFile, b: RunFile): readonly string[] {
  const isFromSummary = [a, b].some(({ from }) => from === 'summary')
  return [
    ...differencesOf(a.conditions, b.conditions),
    ...(isFromSummary
      ? ['A summary does not tell when each value came: samples make narrower and surer intervals.']
      : []),
    'The runs were made apart: what changed on the machine in between is in the difference. bench --against measures both by turns.',
  ]
}
