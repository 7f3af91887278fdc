/** What the user told before and asks for now: `My name is Ada.` … `What is my name?` → `Ada`. */
import type { Turn } from '../../protocol/ask.ts'

const QUESTION = /\bwhat(?:'s|’s| is| was| are) my ([\w' -]{1,40}?)\s*\?/i
/** Longer texts are not looked through. */
const MAX_LENGTH = 1024
const MAX_TURNS = 100

/** Undefined: nothing is asked for, or it was never told. */
export function recalled(turns: readonly Turn[]): string | undefined {
  const asking = turns.at(-1)
  if (asking?.role !== 'user' || asking.content.length > MAX_LENGTH) return undefined
  const noun = asking.content.includes(' my ') ? QUESTION.exec(asking.content)?.[1] : undefined
  if (noun === undefined) return undefined
  const told = new RegExp(
    `\\bmy ${noun.replaceAll('-', '\\-')} (?:is|was|are) ([^.!?\\n]{1,80})`,
    'i',
  )
  for (const { role, content } of turns.slice(-MAX_TURNS, -1).reverse()) {
    const value =
      role === 'user' && content.length <= MAX_LENGTH ? told.exec(content)?.[1] : undefined
    if (value !== undefined) return value.trim()
  }
  return undefined
}
