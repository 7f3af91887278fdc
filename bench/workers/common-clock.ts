/** Stamps of several threads on one clock: each thread may count its milliseconds from a moment of its own. */
import { type Clock, systemClock } from '../../base/clock.ts'

/** Of several looks the closest is right to some 100 ns. */
const looks = 50
/** Less than this is the looks' own error: the clocks are the same, ms. */
const leastMs = 0.002

/** When the clock's milliseconds began, by the system's monotonic ns, which all threads share. */
export function originNs(clock: Clock = systemClock, readNs = process.hrtime.bigint): bigint {
  let closestNs: bigint | undefined
  let found = 0n
  for (let look = 0; look < looks; look++) {
    const before = readNs()
    const nowMs = clock.nowMs()
    const after = readNs()
    if (closestNs !== undefined && after - before >= closestNs) continue
    closestNs = after - before
    found = before + closestNs / 2n - BigInt(Math.round(nowMs * 1e6))
  }
  return found
}

/** What stamps of a clock that began at `ownNs` need to be stamps of one that began at `theirNs`, ms. */
export function shiftMs(ownNs: bigint, theirNs: bigint): number {
  const ms = Number(ownNs - theirNs) / 1e6
  return Math.abs(ms) < leastMs ? 0 : ms
}
