/** The timeline in slots that are wide enough to be seen. */
import type { Shape } from '../spread.ts'
import type { Slot } from '../timeline.ts'

const maxShownSlots = 60

/** Neighbouring slots together, so that at most 60 are shown, and no scrap of one at the end. */
export function widen(slots: readonly Slot[]): readonly Slot[] {
  const full = slots[0]?.seconds ?? 0
  const whole = slots.filter(({ seconds }, i) => i === 0 || seconds > full * 0.5)
  const factor = Math.max(1, Math.ceil(whole.length / maxShownSlots))
  const wide: Slot[] = []
  for (let i = 0; i < whole.length; i += factor) {
    const group = whole.slice(i, i + factor)
    const total = (of: (slot: Slot) => number) => group.reduce((sum, slot) => sum + of(slot), 0)
    const middle = group.find(({ ttftP50Ms }) => ttftP50Ms !== null) ?? group[0]!
    wide.push({
      ...middle,
      atSeconds: group[0]!.atSeconds,
      seconds: total(slot => slot.seconds),
      tokens: total(slot => slot.tokens),
      ok: total(slot => slot.ok),
      errors: total(slot => slot.errors),
      due: total(slot => slot.due),
      sent: total(slot => slot.sent),
      dropped: total(slot => slot.dropped),
      ttft: together(group.map(slot => slot.ttft)),
      itl: together(group.map(slot => slot.itl)),
    })
  }
  return wide
}

export function endOf(slots: readonly Slot[]): number {
  const last = slots.at(-1)
  return last ? last.atSeconds + last.seconds : 1
}

function together(shapes: readonly Shape[]): Shape {
  const counts = new Map<number, number>()
  for (const shape of shapes) {
    for (const [bucket, count] of shape) counts.set(bucket, (counts.get(bucket) ?? 0) + count)
  }
  return [...counts].sort(([a], [b]) => a - b)
}
