/** A text that a prompt asks to have back: whoever tests a client can say what comes. */
import { lastUserText, prefillOf, type Turn } from '../../protocol/ask.ts'

/**
 * `Reply with exactly this text and nothing else: …`, `Repeat this text exactly, nothing else: …`,
 * `Say exactly: …`, up to the end of what the user says.
 */
const TO_THE_END =
  /^\s*(?:please\s+)?(?:(?:reply|respond|answer)\s+with\s+exactly\s+(?:this|the\s+following)\s+text|(?:repeat|say|echo)\s+(?:this\s+text\s+)?exactly)(?:,?\s+(?:and\s+)?nothing\s+else)?\s*:\s?/i

/** `reply with exactly the word "…"`, anywhere in what the user or the system says. */
const QUOTED =
  /\b(?:reply|respond|answer)\s+with\s+(?:exactly|only|just)\s+(?:the\s+)?(?:word|words|text|phrase|string)\s*:?\s*"([^"]{1,4096})"/i

/**
 * The text that the last turn of the user, or else of the system, asks to have back, if one does; without
 * the part of it that the reply has begun with already.
 */
export function echoAsked(turns: readonly Turn[]): string | undefined {
  const text = lastUserText(turns)
  if (text === undefined) return undefined
  const match = TO_THE_END.exec(text)
  const asked = match
    ? text.slice(match[0].length)
    : (quotedIn(text) ?? quotedIn(lastSystemText(turns)))
  const begun = prefillOf(turns)
  return asked?.startsWith(begun) ? asked.slice(begun.length) : asked
}

function lastSystemText(turns: readonly Turn[]): string {
  return turns.findLast(({ role }) => role === 'system' || role === 'developer')?.content ?? ''
}

/** Longer texts are not looked through. */
const MAX_LENGTH = 8192

function quotedIn(text: string): string | undefined {
  // `includes` is a tenth of the expression's time, and nearly no prompt has the word.
  if (text.length > MAX_LENGTH || !text.includes(' with ')) return undefined
  return QUOTED.exec(text)?.[1]
}
