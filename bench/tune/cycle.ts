/** One turn of one user of a closed loop: from its call to its next. */
import type { Sample } from '../sample.ts'

export interface Cycle {
  readonly endedAtMs: number
  /** From the end of the user's last call to the end of this one. */
  readonly lastedMs: number
  readonly sample: Sample
  /** It ended ok and met every objective by itself. */
  readonly isGood: boolean
  /** From the call to its first send: held back by the client. */
  readonly heldMs: number
}
