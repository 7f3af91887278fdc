/** Two runs that were made apart, compared from their files. */
import { createRandom } from '../../base/random.ts'
import { type Comparison, compareEvidence, type Question } from './comparison.ts'
import { differencesOf, faultOf } from './conditions.ts'
import { readRun } from './read-run.ts'

/** Throws OptionError for a file that is no run. */
export async function compareFiles(
  base: string,
  head: string,
  { seed, ...asked }: Omit<Question, 'isPaired'> & { readonly seed: string },
): Promise<Comparison> {
  const random = createRandom(seed, 'compare')
  const [a, b] = [
    await readRun(base, random.fork('base')),
    await readRun(head, random.fork('head')),
  ]
  const comparison = compareEvidence(a.evidence, b.evidence, { ...asked, isPaired: false })
  const fault = faultOf(a.conditions, 'base') ?? faultOf(b.conditions, 'head')
  return {
    ...comparison,
    ...(fault !== undefined && {
      verdict: 'inconclusive' as const,
      says: `Nothing can be concluded: ${fault}.`,
    }),
    warnings: [
      ...differencesOf(a.conditions, b.conditions),
      ...([a, b].some(({ from }) => from === 'summary')
        ? [
            'A summary does not tell when each value came: samples make narrower and surer intervals.',
          ]
        : []),
      'The runs were made apart: what changed on the machine in between is in the difference. bench --against measures both by turns.',
    ],
  }
}
