/** Beginnings that prompts share, as those of one application share its system prompt. */
import { OptionError } from '../../base/option-error.ts'
import type { Random } from '../../base/random.ts'
import { createTextMaker, freshTokens } from './synthetic-text.ts'

export interface PrefixOptions {
  /** Tokens that the prompts of a group have in common. */
  readonly tokens: number
  readonly groups: number
}

/** Of all prefixes together: some 120 MB. */
const maxTokens = 2 ** 24

/**
 * A text of so many tokens, of which the first are a prefix drawn from those there are: all of it where there is
 * room, less where else nothing would be left in which two prompts differ. Throws OptionError for more prefixes than fit.
 */
export function createPrefixedText(
  { tokens: prefixTokens, groups }: PrefixOptions,
  random: Random,
): (tokens: number) => string {
  if (prefixTokens * groups > maxTokens) {
    const allowed = `${groups} prefixes of ${prefixTokens} tokens are more than ${maxTokens} tokens`
    throw new OptionError('sharedPrefix', prefixTokens, allowed)
  }
  const drawing = random.fork('groups')
  const { rest } = createTextMaker(random.fork('text'))
  const prefixes = new Map<number, Prefix>()

  function prefixOf(group: number): Prefix {
    let prefix = prefixes.get(group)
    if (!prefix) {
      const text = createTextMaker(random.fork(group)).text(prefixTokens)
      prefix = { text, words: undefined }
      prefixes.set(group, prefix)
    }
    return prefix
  }

  return tokens => {
    const prefix = prefixOf(drawing.integer(groups))
    const shared = Math.max(1, Math.min(prefixTokens, tokens - freshTokens))
    return beginningOf(prefix, shared, prefixTokens) + rest(tokens - shared)
  }
}

interface Prefix {
  readonly text: string
  /** Split when first a part of it is wanted. */
  words: readonly string[] | undefined
}

function beginningOf(prefix: Prefix, tokens: number, all: number): string {
  if (tokens === all) return prefix.text
  prefix.words ??= prefix.text.split(' ')
  return prefix.words.slice(0, tokens).join(' ')
}
