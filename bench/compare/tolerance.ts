/** How much worse is still as good: a share of the base's value, and an absolute floor below which nobody cares. */
import { formatDuration, parseDuration } from '../../base/duration.ts'

export interface Tolerance {
  /** Of the base's value: 0.05 is 5 %. */
  readonly ratio: number
  /** Differences below this do not count, whatever their share. */
  readonly floorMs: number
}

export const toleranceSyntax =
  "write a share such as 5%, a duration such as 2ms, or both as '5%,2ms': the larger of them counts"

/** A share alone has this floor: the bench's own error is not much less. */
const defaultFloorMs = 0.5

/** Undefined when the text is none. */
export function parseTolerance(text: string): Tolerance | undefined {
  let ratio: number | undefined
  let floorMs: number | undefined
  for (const part of text.split(',').map(piece => piece.trim())) {
    const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(part)?.[1]
    // A bare number would be ms elsewhere, and per cent to those who write it here.
    const ms = share === undefined && !/^[\d.]+$/.test(part) ? parseDuration(part) : undefined
    if (share !== undefined && ratio === undefined) ratio = Number(share) / 100
    else if (ms !== undefined && floorMs === undefined) floorMs = ms
    else return undefined
  }
  return { ratio: ratio ?? 0, floorMs: floorMs ?? (ratio === undefined ? 0 : defaultFloorMs) }
}

/** As it would be written. */
export function toleranceText({ ratio, floorMs }: Tolerance): string {
  const share = `${Number((ratio * 100).toFixed(3))} %`
  return floorMs > 0 ? `${share}, at least ${formatDuration(floorMs)}` : share
}
