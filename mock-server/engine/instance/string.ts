/** A string that a schema accepts: of its pattern, of its format, or words that suit its name. */
import type { Random } from '../../../base/random.ts'
import { matchesQuickly, stringOfPattern } from './pattern.ts'
import { limit, list, type SchemaObject } from './schema.ts'
import { formatted, wordsFor } from './words.ts'

/** Schemas that ask for longer strings are not satisfied. */
const MAX_LENGTH = 10_000

export function stringFor(schema: SchemaObject, name: string, random: Random): string {
  const least = Math.min(MAX_LENGTH, limit(schema.minLength, 0))
  const most = Math.min(MAX_LENGTH, limit(schema.maxLength, MAX_LENGTH))
  const { pattern, format } = schema
  const fits = (text: string) => text.length >= least && text.length <= most
  const example = list(schema.examples).find(value => typeof value === 'string' && fits(value))
  if (typeof pattern === 'string') {
    const words = toLength(wordsFor(name, random), least, most, random)
    // Words that happen to match are better than what a pattern alone makes.
    const candidates = typeof example === 'string' ? [example, words] : [words]
    const found = candidates.find(text => fits(text) && matchesQuickly(pattern, text))
    return found ?? stringOfPattern(pattern, random, { least, most }) ?? words
  }
  if (typeof example === 'string') return example
  const text = typeof format === 'string' ? formatted(format, random) : undefined
  // What a format asks for cannot be cut or filled up.
  return text ?? toLength(wordsFor(name, random), least, most, random)
}

function toLength(text: string, least: number, most: number, random: Random): string {
  let long = text
  while (long.length < least) long += ` ${wordsFor('text', random)}`
  if (long === text && long.length <= most) return long
  const cut = long.slice(0, Math.max(0, most, 0))
  // Whole words, where that leaves enough of them.
  const whole = cut.slice(0, cut.lastIndexOf(' ')).replace(/[ ,.]+$/, '')
  if (cut.length < long.length && cut.includes(' ') && whole.length >= Math.max(1, least))
    return whole
  return cut
}
