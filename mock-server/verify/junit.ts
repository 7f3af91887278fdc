/** A verification as JUnit's XML. */
import { type JunitCase, junitXml } from '../../base/junit.ts'
import { evidenceLines, titleOf } from './report.ts'
import type { Verification, VerifyResult } from './verification.ts'

/** `atMs`: when it was judged, wall-clock ms. What is inconclusive is a failure of that type. */
export function verificationXml({ results }: Verification, { atMs }: { atMs: number }): string {
  return junitXml({ name: 'tokadence verify', cases: results.map(caseOf), atMs })
}

function caseOf(result: VerifyResult): JunitCase {
  const { verdict, assertion, says } = result
  const type = verdict === 'inconclusive' ? 'inconclusive' : assertion
  const text = [`${says}.`, ...evidenceLines(result)].join('\n')
  return {
    name: titleOf(result),
    says,
    failure: verdict === 'passed' ? undefined : { type, text },
  }
}
