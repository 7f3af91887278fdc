/**
 * The run over time, in at most a few hundred slots: when a run outgrows them, neighbours are merged
 * and slots are twice as long. The order in which things are told does not matter.
 */
import { nearestRank } from './percentile.ts'
import { createSpread, type Shape, type Spread } from './spread.ts'

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
  /** Measured requests that were due in it, those dropped among them; in a closed loop those sent. */
  readonly due: number
  /** Measured requests that were sent in it. */
  readonly sent: number
  readonly dropped: number
  /** TTFT of the first tokens that arrived in it, ms; null: none did. */
  readonly ttftP50Ms: number | null
  readonly ttftP95Ms: number | null
  /** How the TTFT of the first tokens and the gaps that ended in it are spread. */
  readonly ttft: Shape
  readonly itl: Shape
}

/** What a slot counts. */
type Counted = 'tokens' | 'ok' | 'errors' | 'due' | 'sent' | 'dropped'

export interface Timeline {
  /** `atMs` counts from the start of the window; before it nothing is kept. */
  count(what: Counted, atMs: number, count?: number): void
  firstToken(atMs: number, ttftMs: number): void
  /** A content chunk, and the gap before it; undefined: it is a request's first. */
  content(atMs: number, gapMs: number | undefined): void
  /** Over all slots. */
  readonly totals: Readonly<Record<Counted, number>>
  /** As many as the window has, also where nothing happened. */
  slots(windowMs: number): readonly Slot[]
}

const maxSlots = 240
/** Up to so many first tokens their percentiles are exact, beyond them within 0.5 %. */
const maxExact = 65_536

interface Open {
  readonly counts: Record<Counted, number>
  readonly ttft: Spread
  readonly itl: Spread
  exact: number[]
}

export function createTimeline(slotMs = 250): Timeline {
  let slots: Open[] = []
  let firstTokens = 0
  const totals = nothing()

  function makeRoom(ms: number): void {
    while (ms >= slotMs * maxSlots) {
      const merged: Open[] = []
      for (let i = 0; i < slots.length; i += 2) merged.push(merge(slots[i]!, slots[i + 1]))
      slots = merged
      slotMs *= 2
    }
  }
  function at(ms: number): Open {
    makeRoom(ms)
    const index = Math.floor(ms / slotMs)
    while (slots.length <= index) slots.push(createOpen())
    return slots[index]!
  }

  return {
    totals,
    count(what, atMs, count = 1) {
      if (atMs < 0) return
      at(atMs).counts[what] += count
      totals[what] += count
    },
    firstToken(atMs, ttftMs) {
      if (atMs < 0) return
      const slot = at(atMs)
      slot.ttft.record(ttftMs)
      firstTokens++
      if (firstTokens <= maxExact) slot.exact.push(ttftMs)
      else if (firstTokens === maxExact + 1) for (const one of slots) one.exact = []
    },
    content(atMs, gapMs) {
      if (atMs < 0) return
      const slot = at(atMs)
      slot.counts.tokens++
      totals.tokens++
      if (gapMs !== undefined) slot.itl.record(gapMs)
    },
    slots(windowMs) {
      if (windowMs > 0) at(Math.max(0, windowMs - 1e-6))
      return slots.map(({ counts, ttft, itl, exact }, i) => {
        const sorted = exact.toSorted((a, b) => a - b)
        const of = (p: number) =>
          (firstTokens <= maxExact ? nearestRank(sorted, p) : ttft.percentile(p)) ?? null
        return {
          atSeconds: (i * slotMs) / 1000,
          seconds: Math.round(Math.max(0, Math.min(slotMs, windowMs - i * slotMs)) * 1000) / 1e6,
          ...counts,
          ttftP50Ms: of(50),
          ttftP95Ms: of(95),
          ttft: ttft.shape(),
          itl: itl.shape(),
        }
      })
    },
  }
}

function nothing(): Record<Counted, number> {
  return { tokens: 0, ok: 0, errors: 0, due: 0, sent: 0, dropped: 0 }
}

function createOpen(): Open {
  return { counts: nothing(), ttft: createSpread(8), itl: createSpread(1), exact: [] }
}

function merge(a: Open, b: Open | undefined): Open {
  if (!b) return a
  for (const what of Object.keys(a.counts) as Counted[]) a.counts[what] += b.counts[what]
  a.ttft.add(b.ttft)
  a.itl.add(b.itl)
  for (const ttftMs of b.exact) a.exact.push(ttftMs)
  return a
}
