/** What a reader must know of an open loop that did not send all that was due. */
import type { Counts } from '../recorder.ts'
import type { OpenLoad } from './facts.ts'

/** `open` is undefined for a closed loop, which drops nothing; `late` of those dropped were so by the driver's fault. */
export function openCaveats(
  open: OpenLoad | undefined,
  { sent, dropped, sessions }: Pick<Counts, 'sent' | 'dropped' | 'sessions'>,
  late: number,
): readonly string[] {
  if (!open) return []
  const of = open.sessions
    ? `of ${(sessions?.started ?? 0) + dropped} sessions that were due did not begin`
    : `of ${sent + dropped} requests that were due were not sent`
  const state = open.sessions ? 'under way' : 'in flight'
  const warnings: string[] = []
  if (dropped > late) {
    warnings.push(
      `${dropped - late} ${of}, since ${open.maxInFlight} were ${state}: the server does not keep up with this load, or --max-in-flight is too low. The times leave them out.`,
    )
  }
  if (late > 0) {
    warnings.push(
      `${late} ${of}, since the generator was late even at the end: this load is more than it can send.`,
    )
  }
  return warnings
}

/** `cores`: those that this process may use. */
export function workerCaveats(workers: number, cores: number): readonly string[] {
  if (workers <= cores) return []
  const text = `${workers} workers share ${cores} ${cores === 1 ? 'core' : 'cores'}: they wait for each other, and times are longer by that.`
  return [text]
}
