/** A string that a regular expression matches, made by walking the expression. */
import type { Random } from '../../../base/random.ts'
import { characterOf } from './characters.ts'
import { type Pattern, type PatternNode, parsePattern } from './regexp.ts'

export interface Lengths {
  readonly least: number
  readonly most: number
}

const MAX_LENGTH = 10_000
const ATTEMPTS = 24
/** Of what repeats without an end, as many more than it must. */
const USUAL_EXTRA = 3
/** Matching costs more than its length where repeats can take each other's characters. */
const MAX_MATCHED_LENGTH = 64

/**
 * Undefined for what is no regular expression, or says more than is understood here: then the text
 * is anything. Look-arounds are drawn past and checked; where no draw meets them, a near miss returns.
 */
export function stringOfPattern(
  source: string,
  random: Random,
  { least, most }: Lengths = { least: 0, most: MAX_LENGTH },
): string | undefined {
  const pattern = parsePattern(source)
  if (pattern === undefined) return undefined
  let text = ''
  let extra: Extra = { least: 0, most: USUAL_EXTRA }
  let tooFew = USUAL_EXTRA
  let tooMany: number | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    text = walk(pattern, random, extra)
    if (text.length < least && !pattern.endsAtEnd) text = text.padEnd(least, 'x')
    if (text.length < least) tooFew = Math.max(tooFew, extra.most)
    else if (text.length > most) tooMany = extra.most
    // Made by the expression, and nothing said of its surroundings: it matches.
    else if (!pattern.isConditional || !isQuick(pattern, text)) return text
    else if (pattern.regExp.test(text)) return text
    else continue
    const middle = tooMany === undefined ? 2 * tooFew : Math.floor((tooFew + tooMany) / 2)
    const aim = Math.min(MAX_LENGTH, tooMany !== undefined && tooMany <= tooFew ? 0 : middle)
    extra = { least: aim, most: aim }
  }
  return text
}

/** How many more times than it must a repeat is taken, both included. */
interface Extra {
  readonly least: number
  readonly most: number
}

/** Whether the text matches; false too where finding out could take long. */
export function matchesQuickly(source: string, text: string): boolean {
  const pattern = parsePattern(source)
  return pattern !== undefined && isQuick(pattern, text) && pattern.regExp.test(text)
}

function isQuick({ isCheap }: Pattern, text: string): boolean {
  return isCheap && text.length <= MAX_MATCHED_LENGTH
}

function walk({ root }: Pattern, random: Random, extra: Extra): string {
  const groups: string[] = []
  let text = ''

  function emit(node: PatternNode): void {
    if (text.length >= MAX_LENGTH) return
    switch (node.kind) {
      case 'text':
        text += node.text
        break
      case 'class':
        text += characterOf(node.spans, random)
        break
      case 'sequence':
        for (const part of node.parts) emit(part)
        break
      case 'choice':
        emit(random.pick(node.parts))
        break
      case 'group': {
        const start = text.length
        emit(node.part)
        groups[node.number] = text.slice(start)
        break
      }
      case 'again':
        text += groups[node.number] ?? ''
        break
      case 'repeat': {
        const most = Math.min(node.most, node.least + extra.most)
        const least = Math.min(most, node.least + extra.least)
        const count = Math.min(MAX_LENGTH, least + random.integer(most - least + 1))
        for (let i = 0, before = -1; i < count && text.length < MAX_LENGTH; i++) {
          // What adds nothing once adds nothing a million times.
          if (text.length === before) break
          before = text.length
          emit(node.part)
        }
      }
    }
  }

  emit(root)
  return text.slice(0, MAX_LENGTH)
}
