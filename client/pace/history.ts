/** What was changed of a client's pace, when and why: bounded, for reports. */

/** concurrency: requests in flight; requests, tokens: the server's limit of a window; pause: ms. */
export type PaceKind = 'concurrency' | 'requests' | 'tokens' | 'pause'

export interface PaceChange {
  /** The client's monotonic clock. */
  readonly atMs: number
  readonly what: PaceKind
  /** Undefined: it was not known before. */
  readonly from: number | undefined
  readonly to: number
  /** A short sentence. */
  readonly why: string
}

export type History = readonly PaceChange[]

export interface HistoryLog {
  readonly changes: History
  /** `sameMs`: one that goes on in the direction of the last, so soon after it, is the same change. */
  add(change: PaceChange, sameMs?: number): void
}

const MOST_CHANGES = 1000

export function createHistory(): HistoryLog {
  const changes: PaceChange[] = []
  return {
    changes,
    add(change, sameMs = 0) {
      const i = changes.findLastIndex(({ what }) => what === change.what)
      const last = changes[i]
      if (last && isSame(last, change, sameMs)) {
        changes[i] = { ...change, from: last.from }
        return
      }
      if (changes.length >= MOST_CHANGES) changes.shift()
      changes.push(change)
    },
  }
}

/** Refusals come in a row: it is their last that says where the limit is, or how long the pause. */
function isSame(last: PaceChange, next: PaceChange, sameMs: number): boolean {
  if (next.atMs - last.atMs >= sameMs) return false
  if (next.what === 'pause') return true
  return last.from !== undefined && last.to < last.from && next.to < last.to
}

/** All of it in a line, for people; undefined: nothing was ever changed. */
export function paceLine({
  limit,
  history,
}: {
  readonly limit: number
  readonly history: History
}): string | undefined {
  if (history.length === 0) return undefined
  const last = (what: PaceKind) => history.findLast(change => change.what === what)
  const parts: string[] = []
  const concurrency = last('concurrency')
  if (concurrency) {
    const count = history.filter(({ what }) => what === 'concurrency').length
    const changes = count === 1 ? '1 change' : `${count} changes`
    parts.push(`${limit} in flight after ${changes}, the last: ${concurrency.why}`)
  }
  for (const what of ['requests', 'tokens'] as const) {
    const limited = last(what)
    if (limited) parts.push(limited.why)
  }
  const pauses = history.filter(({ what }) => what === 'pause').length
  if (pauses > 0) parts.push(pauses === 1 ? '1 pause' : `${pauses} pauses`)
  return parts.join('; ')
}
