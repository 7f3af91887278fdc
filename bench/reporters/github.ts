/** A gate's checks as annotations of GitHub Actions. */
import { annotation } from '../../base/github.ts'
import type { Check } from './checks.ts'

/** A line for each check that did not pass: an error for what was missed, a warning for what cannot be told. */
export function formatAnnotations(checks: readonly Check[]): string {
  return checks
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ title, outcome, says }) =>
      annotation(outcome === 'missed' ? 'error' : 'warning', title, `${says}.`),
    )
    .join('')
}
