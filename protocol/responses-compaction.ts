/** A conversation made short: what is kept of it, as opaque text that only the provider reads. */
import type { Turn } from './ask.ts'

/** What text that only the provider reads begins with. */
export const opaqueMark = 'gAAAAA'
/** Of the conversation's text, its beginning and its end are kept, up to this many characters each. */
const KEPT_LENGTH = 4096

/** The turns in short. */
export function compactionOf(turns: readonly Turn[]): string {
  const text = turns
    .filter(({ content }) => content !== '')
    .map(({ role, content }) => `${role}: ${content}`)
    .join('\n')
  const end = Math.max(KEPT_LENGTH, text.length - KEPT_LENGTH)
  const kept = text.slice(0, KEPT_LENGTH) + text.slice(end)
  // Half a character, where the text was parted, would make it unreadable.
  return opaqueMark + Buffer.from(kept.replace(/[\p{Surrogate}\ufffd]/gu, '')).toString('base64url')
}

/** What was kept; '' of text that another provider made. */
export function readCompaction(opaque: string): string {
  if (!opaque.startsWith(opaqueMark)) return ''
  const text = Buffer.from(opaque.slice(opaqueMark.length), 'base64url').toString()
  return text.includes('\ufffd') ? '' : text
}
