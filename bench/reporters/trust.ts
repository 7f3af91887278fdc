/** How far a run's numbers go, in lines for people: each headline with its ±, and why a run says nothing. */
import type { Summary } from '../summary.ts'
import type { Difference } from '../truth/ground-truth.ts'

/** Such as `TTFT p50 212.0 ± 3.1 ms, p99 240.2 ± 12 ms (floor 1.7)`. */
export function trustLines({ truth, ttftMs, itlMs }: Summary): readonly string[] {
  const { plusMinus, calibration, server } = truth
  const lines = (
    [
      ['TTFT', ttftMs, plusMinus.ttftMs, calibration?.truth.ttft],
      ['ITL', itlMs, plusMinus.itlMs, calibration?.truth.itl],
    ] as const
  ).flatMap(([title, stats, bar, known]) => {
    if (stats.p50 === null) return []
    const floor = known?.p50 == null ? '' : ` (floor ${shown(known.p50)})`
    return [
      `${title} p50 ${shown(stats.p50)} ± ${shown(bar.p50)} ms, p99 ${shown(stats.p99)} ± ${shown(bar.p99)} ms${floor}`,
    ]
  })
  if (!server) return lines
  const { joined, of, ttft, itl, pacing } = server
  return [
    ...lines,
    `against the server's own journal (${joined} of the last ${of}): TTFT ${apart(ttft)}, gaps ${apart(itl)}; the server itself ${apart(pacing)} behind its plan`,
  ]
}

function apart({ p50, p99 }: Difference): string {
  return `${signed(p50)} ms at p50, ${signed(p99)} at p99`
}

function signed(ms: number | null): string {
  return ms === null ? '–' : `${ms >= 0 ? '+' : '−'}${shown(Math.abs(ms))}`
}

function shown(ms: number | null): string {
  if (ms === null) return '?'
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(1)
}
