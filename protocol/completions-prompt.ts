/** The prompts of a legacy completion: one text or several, as text or as numbers of tokens. */

import { type Check, integer } from './checks.ts'
import { arrayTooLong, emptyArray, wrongType } from './errors/field.ts'

/** Text, or the numbers of its tokens. */
export type Prompt = string | readonly number[]

const MAX_PROMPTS = 2048
const EXPECTED = 'one of a string, array of strings, array of integers, or array of integer arrays'
const token = integer(0, 2 ** 31 - 1)

/** A string, strings, numbers or lists of numbers; none is empty. */
export function checkPrompt(value: unknown, param: string): void {
  if (value == null || typeof value === 'string') return
  if (!Array.isArray(value)) throw wrongType(param, EXPECTED, value)
  if (value.length === 0) throw emptyArray(param)
  const [first] = value
  if (typeof first === 'number') checkTokens(value, param)
  else checkPrompts(value, param, Array.isArray(first) ? checkTokens : checkText)
}

function checkPrompts(list: readonly unknown[], param: string, check: Check): void {
  if (list.length > MAX_PROMPTS) throw arrayTooLong(param, MAX_PROMPTS, list.length)
  for (let i = 0; i < list.length; i++) check(list[i], `${param}[${i}]`)
}

function checkText(value: unknown, param: string): void {
  if (typeof value !== 'string') throw wrongType(param, 'a string', value)
}

function checkTokens(value: unknown, param: string): void {
  if (!Array.isArray(value)) throw wrongType(param, 'an array of integers', value)
  if (value.length === 0) throw emptyArray(param)
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== 'number') throw wrongType(`${param}[${i}]`, 'an integer', value[i])
    token(value[i], `${param}[${i}]`)
  }
}

/** Of a prompt that was checked; one that is left out is an empty one. */
export function promptsOf(prompt: unknown): readonly Prompt[] {
  if (prompt == null) return ['']
  if (typeof prompt === 'string') return [prompt]
  const list = prompt as readonly number[] | readonly Prompt[]
  return typeof list[0] === 'number' ? [list as readonly number[]] : (list as readonly Prompt[])
}
