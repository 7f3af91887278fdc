/** What a gate asked of a run, one thing each, and what came of it, in words for any report. */
import type { Comparison } from '../compare/comparison.ts'
import type { Summary } from '../summary.ts'
import type { Verdict } from '../threshold.ts'
import { rowText } from './comparison-words.ts'
import { observedText } from './table.ts'

export interface Check {
  /** Such as `ttft: p(95)<500ms`, or `TTFT p95 against base`. */
  readonly title: string
  readonly outcome: 'passed' | 'missed' | 'inconclusive'
  /** What was found, in a sentence without its full stop. */
  readonly says: string
}

/** Its thresholds, and whether there was anything to judge by; the latter only where it speaks against the run. */
export function checksOfRun({ counts, thresholds, truth, stopped }: Summary): readonly Check[] {
  const { sent, ok, failed, cut, open } = counts
  const isValid = truth.invalid.length === 0
  const checks = thresholds.map(verdict => checkOfThreshold(verdict, isValid))
  if (stopped) {
    const outcome = stopped.why === 'errors' ? 'missed' : 'inconclusive'
    checks.push({ title: stopped.why, outcome, says: stopped.says.replace(/\.$/, '') })
  }
  for (const reason of truth.invalid) {
    checks.push({ title: 'validity', outcome: 'inconclusive', says: reason.replace(/\.$/, '') })
  }
  if (isValid && sent !== ok + failed + cut + open) {
    const says = `${sent} sent, but ${ok} ok, ${failed} failed, ${cut} cut and ${open} open`
    checks.push({ title: 'counts', outcome: 'inconclusive', says })
  }
  if (ok === 0) {
    const says = `of ${sent} requests none ended ok`
    const isAsked = thresholds.length > 0 && isValid
    checks.push({ title: 'data', outcome: isAsked ? 'missed' : 'inconclusive', says })
  }
  return checks
}

export function checksOfComparison({ rows, verdict, says }: Comparison): readonly Check[] {
  const judged = rows.filter(({ isJudged }) => isJudged)
  const checks = judged.map(
    (row): Check => ({
      title: `${row.title} against base`,
      outcome: outcomeOf(row.verdict),
      says: rowText(row),
    }),
  )
  // A fault of the whole, such as counts that do not add up, is in no row.
  const isTold = judged.some(row => row.verdict === verdict)
  return isTold ? checks : [...checks, { title: 'comparison', outcome: outcomeOf(verdict), says }]
}

/** What was missed counts for more than what cannot be told. */
export function outcomeOfAll(checks: readonly Check[]): Check['outcome'] {
  for (const decisive of ['missed', 'inconclusive'] as const) {
    if (checks.some(({ outcome }) => outcome === decisive)) return decisive
  }
  return 'passed'
}

/** Of a run that is invalid no limit is kept, and none is missed. */
function checkOfThreshold(verdict: Verdict, isValid: boolean): Check {
  const { text, outcome, samples, reason } = verdict
  const found = `it was ${observedText(verdict)}, from ${samples} samples`
  const why = isValid ? reason : 'the run is invalid'
  return {
    title: text,
    outcome: isValid ? outcome : 'inconclusive',
    says: why === null ? found : `${found}: ${why}`,
  }
}

function outcomeOf(verdict: Comparison['verdict']): Check['outcome'] {
  if (verdict === 'inconclusive') return verdict
  return verdict === 'worse' ? 'missed' : 'passed'
}
