import { expect, test } from 'vitest'
import { ANSWER, PROMPT, rights, ruleText, trials } from '../../../../bench/torture/trials.ts'
import { readFaultRule } from '../../../../mock-server/engine/faults/rule.ts'

test('there are more than fifty trials, each with a name of its own', () => {
  const names = trials.map(({ name }) => name)
  expect(names.length).toBeGreaterThan(50)
  expect(new Set(names).size).toBe(names.length)
})

test('every rule is one that the server takes, also with its count', () => {
  const wrong = trials
    .filter(({ rule }) => rule !== '')
    .map(trial => readFaultRule(ruleText(trial)).why)
    .filter(why => why !== undefined)
  expect(wrong).toEqual([])
})

test('every expectation has its words', () => {
  expect([...new Set(trials.map(({ expects }) => expects.kind))].sort()).toEqual(
    Object.keys(rights).sort(),
  )
})

test('the prompt asks for the answer', () => {
  expect(PROMPT).toContain(ANSWER)
  expect(ruleText({ rule: 'http-500', first: 1 })).toBe('http-500;first=1')
  expect(ruleText({ rule: 'stall', first: undefined })).toBe('stall')
})
