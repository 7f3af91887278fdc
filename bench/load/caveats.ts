/** What a reader must know of an open loop that did not send all that was due. */
import type { OpenLoad } from './facts.ts'

/** `open` is undefined for a closed loop, which drops nothing; `late` of those dropped were so by the driver's fault. */
export function openCaveats(
  open: OpenLoad | undefined,
  { sent, dropped }: { readonly sent: number; readonly dropped: number },
  late: number,
): readonly string[] {
  if (!open) return []
  const of = `of ${sent + dropped} requests that were due were not sent`
  const warnings: string[] = []
  if (dropped > late) {
    warnings.push(
      `${dropped - late} ${of}, since ${open.maxInFlight} were in flight: the server does not keep up with this load, or --max-in-flight is too low. The times leave them out.`,
    )
  }
  if (late > 0) {
    warnings.push(
      `${late} ${of}, since the generator was late even at the end: this load is more than it can send.`,
    )
  }
  return warnings
}
