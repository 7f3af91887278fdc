/** A gate's checks as JUnit's XML. */
import { junitXml } from '../../base/junit.ts'
import type { Check } from './checks.ts'

/** `atMs`: when it was judged, wall-clock ms. A gate that asked nothing has one case, which passed. */
export function formatJunit(
  name: string,
  checks: readonly Check[],
  { atMs, seconds }: { readonly atMs: number; readonly seconds?: number },
): string {
  const asked: readonly Check[] =
    checks.length > 0
      ? checks
      : [
          {
            title: 'run',
            outcome: 'passed',
            says: 'it came to its end, and nothing was asked of it',
          },
        ]
  const cases = asked.map(({ title, outcome, says }) => ({
    name: title,
    says,
    failure: outcome === 'passed' ? undefined : { type: outcome, text: `${says}.` },
  }))
  return junitXml({ name, cases, atMs, ...(seconds !== undefined && { seconds }) })
}
