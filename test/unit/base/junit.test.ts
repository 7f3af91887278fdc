import { expect, test } from 'vitest'
import { escaped, junitXml } from '../../../base/junit.ts'

test('a suite says how long it took, and its class is its name with dots', () => {
  const xml = junitXml({ name: 'a b', cases: [], seconds: 1.23456, atMs: 0 })
  expect(xml).toContain(
    '<testsuite name="a b" tests="0" failures="0" errors="0" skipped="0" time="1.235"',
  )
  const one = { name: 'n', says: 's', failure: { type: 't"', text: 'x' } }
  expect(junitXml({ name: 'a b', cases: [one], atMs: 0 })).toContain(
    '<testcase classname="a.b" name="n" time="0">\n      <failure type="t&quot;" message="s">x</failure>',
  )
})

test('what XML cannot hold is replaced, and nothing else', () => {
  expect(escaped('tab\t line\n "é😀" \ud83d\u0000\u001b\uffff')).toBe(
    'tab\t line\n &quot;é😀&quot; \ufffd\ufffd\ufffd\ufffd',
  )
})
