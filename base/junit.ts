/** Results as JUnit's XML, which CI systems show. */

export interface JunitCase {
  readonly name: string
  /** What was found, in a sentence. */
  readonly says: string
  /** Undefined: it passed. */
  readonly failure: { readonly type: string; readonly text: string } | undefined
}

export interface JunitSuite {
  /** Such as `tokadence verify`; the cases' class is the same with dots. */
  readonly name: string
  readonly cases: readonly JunitCase[]
  /** How long it took. */
  readonly seconds?: number
  /** When it was judged, wall-clock ms. */
  readonly atMs: number
}

export function junitXml({ name, cases, seconds = 0, atMs }: JunitSuite): string {
  const failures = cases.filter(({ failure }) => failure).length
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`
  const timestamp = new Date(atMs).toISOString().slice(0, 19)
  const time = Number(seconds.toFixed(3))
  const suite = escaped(name)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${suite}" ${counts}>`,
    `  <testsuite name="${suite}" ${counts} skipped="0" time="${time}" timestamp="${timestamp}">`,
    ...cases.map(one => caseOf(one, suite.replaceAll(' ', '.'))),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function caseOf({ name, says, failure }: JunitCase, classname: string): string {
  const open = `    <testcase classname="${classname}" name="${escaped(name)}" time="0">`
  if (!failure) {
    return `${open}\n      <system-out>${escaped(says)}</system-out>\n    </testcase>`
  }
  const { type, text } = failure
  const element = `<failure type="${escaped(type)}" message="${escaped(says)}">${escaped(text)}</failure>`
  return `${open}\n      ${element}\n    </testcase>`
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
