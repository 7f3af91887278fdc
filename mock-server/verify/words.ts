/** How requests are spoken of in a finding. */
import { formatDuration } from '../../base/duration.ts'
import type { JournalEntry } from '../engine/journal.ts'

/** `request 7`, with its attempt where it is not the first. */
export function named({ number, attempt }: JournalEntry): string {
  return attempt > 1 ? `request ${number} (attempt ${attempt})` : `request ${number}`
}

/** What came of a request: `429 rate_limit_exceeded`, `hung up`, `200 with stall`. */
export function outcomeOf({ done, error, fault }: JournalEntry): string {
  const words: string[] = []
  if (done.outcome === 'open') words.push('still open')
  else if (done.outcome === 'hung-up') words.push('given up by the client')
  else if (done.outcome === 'cut') words.push('cut off')
  else if (done.status > 0) words.push(String(done.status))
  else words.push(done.outcome)
  if (error?.code) words.push(error.code)
  if (fault !== undefined) words.push(`by the fault ${fault}`)
  return words.join(' ')
}

/** `1 retry`, `2 retries` */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** `was` of one, `were` of others. */
export function were(count: number): string {
  return count === 1 ? 'was' : 'were'
}

/** A duration for people; negative ones too. */
export function duration(ms: number): string {
  return ms < 0 ? `−${formatDuration(-ms)}` : formatDuration(ms)
}

/** `12:34:56.789`, UTC. */
export function timeOfDay(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 23)
}

/** `a, b and c` */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}
