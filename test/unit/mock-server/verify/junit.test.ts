import { expect, test } from 'vitest'
import { verificationXml } from '../../../../mock-server/verify/junit.ts'
import { startMs, verified } from './scene.ts'

const told = [
  { at: 0, takes: 9, headers: { 'user-agent': '<"&\'\u0007\ud800>' } },
  { at: 20, takes: 9, headers: { 'user-agent': 'good' } },
]

test('JUnit tells passes, failures and what is inconclusive, the same in number and in words', () => {
  const verification = verified(
    [{ name: 'A & B', maxInFlight: 1 }, { userAgent: 'good' }, { jittered: true }],
    told,
  )
  expect(
    verificationXml(verification, { atMs: startMs }),
  ).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tokadence verify" tests="3" failures="2" errors="0">
  <testsuite name="tokadence verify" tests="3" failures="2" errors="0" skipped="0" time="0" timestamp="2025-01-01T00:00:00">
    <testcase classname="tokadence.verify" name="A &amp; B: maxInFlight 1" time="0">
      <system-out>at most 1 of 2 requests were in flight at once</system-out>
    </testcase>
    <testcase classname="tokadence.verify" name="userAgent good" time="0">
      <failure type="userAgent" message="1 of 2 requests came without the user-agent &quot;good&quot;">1 of 2 requests came without the user-agent &quot;good&quot;.
    the user-agent of request 1 was &quot;&lt;\\&quot;&amp;&apos;\\u0007\\ud800&gt;&quot; (req_1)</failure>
    </testcase>
    <testcase classname="tokadence.verify" name="jittered" time="0">
      <failure type="inconclusive" message="0 waits can be compared, and fewer than 10 say nothing of chance">0 waits can be compared, and fewer than 10 say nothing of chance.</failure>
    </testcase>
  </testsuite>
</testsuites>
`)
})
