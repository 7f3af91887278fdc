/** Findings as annotations of GitHub Actions. */
import { annotation } from '../base/github.ts'
import { evidenceLines, titleOf } from '../mock-server/verify/report.ts'
import type { Verification } from '../mock-server/verify/verification.ts'

/** A line for each assertion that did not pass. */
export function annotations({ results }: Verification): string {
  return results
    .filter(({ verdict }) => verdict !== 'passed')
    .map(result => {
      const text = [`${result.says}.`, ...evidenceLines(result)].join('\n')
      return annotation('error', titleOf(result), text)
    })
    .join('')
}
