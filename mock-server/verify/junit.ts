/** A verification as JUnit's XML, which CI systems show. */
import { evidenceLines, titleOf } from './report.ts'
import type { Verification, VerifyResult } from './verification.ts'

/** `atMs`: when it was judged, wall-clock ms. What is inconclusive is a failure of that type. */
export function junitXml({ results }: Verification, { atMs }: { atMs: number }): string {
  const failures = results.filter(({ verdict }) => verdict !== 'passed').length
  const counts = `tests="${results.length}" failures="${failures}" errors="0"`
  const timestamp = new Date(atMs).toISOString().slice(0, 19)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="tokadence verify" ${counts}>`,
    `  <testsuite name="tokadence verify" ${counts} skipped="0" time="0" timestamp="${timestamp}">`,
    ...results.map(caseOf),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function caseOf(result: VerifyResult): string {
  const name = escaped(titleOf(result))
  const open = `    <testcase classname="tokadence.verify" name="${name}" time="0">`
  if (result.verdict === 'passed') {
    return `${open}\n      <system-out>${escaped(result.says)}</system-out>\n    </testcase>`
  }
  const type = result.verdict === 'inconclusive' ? 'inconclusive' : result.assertion
  const text = [`${result.says}.`, ...evidenceLines(result)].join('\n')
  const failure = `<failure type="${type}" message="${escaped(result.says)}">${escaped(text)}</failure>`
  return `${open}\n      ${failure}\n    </testcase>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** For text and attributes; what XML cannot hold, half a surrogate pair included, becomes U+FFFD. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"']/g, mark => ENTITIES[mark]!)
}
