/**
 * The run over time, in at most a few hundred slots: when a run outgrows them, neighbours are merged
 * and slots are twice as long.
 */
import { nearestRank } from './percentile.ts'

export interface Slot {
  /** Start of the slot, seconds into the window. */
  readonly atSeconds: number
  readonly seconds: number
  /** Content chunks that arrived. */
  readonly tokens: number
  /** Requests that finished ok. */
  readonly ok: number
  /** Requests that failed or were cut. */
  readonly errors: number
  /** TTFT of the first tokens that arrived in it, ms; null: none did. */
  readonly ttftP50Ms: number | null
  readonly ttftP95Ms: number | null
}

export interface Timeline {
  /** `atMs` counts from the start of the window; before it and beyond it nothing is kept. */
  token(atMs: number, count: number): void
  settled(atMs: number, ok: boolean): void
  firstToken(atMs: number, ttftMs: number): void
  /** Content chunks and ok requests so far. */
  readonly totals: { readonly tokens: number; readonly ok: number }
  slots(windowMs: number): readonly Slot[]
}

const maxSlots = 240
/** Of a slot's first-token times this many are kept, which bounds the memory. */
const maxTimesPerSlot = 500

interface Open {
  tokens: number
  ok: number
  errors: number
  ttftMs: number[]
}

export function createTimeline(slotMs = 250): Timeline {
  let slots: Open[] = []
  const totals = { tokens: 0, ok: 0 }

  function at(ms: number): Open {
    while (ms >= slotMs * maxSlots) {
      const merged: Open[] = []
      for (let i = 0; i < slots.length; i += 2) merged.push(merge(slots[i]!, slots[i + 1]))
      slots = merged
      slotMs *= 2
    }
    const index = Math.floor(ms / slotMs)
    while (slots.length <= index) slots.push({ tokens: 0, ok: 0, errors: 0, ttftMs: [] })
    return slots[index]!
  }

  return {
    totals,
    token(atMs, count) {
      if (atMs < 0) return
      at(atMs).tokens += count
      totals.tokens += count
    },
    settled(atMs, ok) {
      if (atMs < 0) return
      const slot = at(atMs)
      if (ok) {
        slot.ok++
        totals.ok++
      } else slot.errors++
    },
    firstToken(atMs, ttftMs) {
      if (atMs < 0) return
      const { ttftMs: times } = at(atMs)
      if (times.length < maxTimesPerSlot) times.push(ttftMs)
    },
    slots(windowMs) {
      return slots.map(({ tokens, ok, errors, ttftMs }, i) => {
        const sorted = ttftMs.toSorted((a, b) => a - b)
        return {
          atSeconds: (i * slotMs) / 1000,
          seconds: Math.max(0, Math.min(slotMs, windowMs - i * slotMs)) / 1000,
          tokens,
          ok,
          errors,
          ttftP50Ms: nearestRank(sorted, 50) ?? null,
          ttftP95Ms: nearestRank(sorted, 95) ?? null,
        }
      })
    },
  }
}

function merge(a: Open, b: Open | undefined): Open {
  if (!b) return a
  return {
    tokens: a.tokens + b.tokens,
    ok: a.ok + b.ok,
    errors: a.errors + b.errors,
    ttftMs: [...a.ttftMs, ...b.ttftMs].slice(0, maxTimesPerSlot),
  }
}
