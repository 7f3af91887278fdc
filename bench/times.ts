/** The times of one try, from its stamps, in whole µs: see microseconds.ts. */
import { wholeUs } from './microseconds.ts'

/** Ms of one monotonic clock; undefined: did not happen. */
export interface TryStamps {
  readonly sentAtMs: number
  readonly firstByteAtMs: number | undefined
  /** When each content chunk came, in their order. */
  readonly contentAtMs: ArrayLike<number>
  readonly endedAtMs: number
}

export interface Times {
  readonly ttfbMs: number | undefined
  readonly ttftMs: number | undefined
  /** Rounded as stamps, so that their sum does not drift from when the last content came. */
  readonly gapsMs: readonly number[]
  readonly tpotMs: number | undefined
  readonly e2eMs: number
}

/** `outputTokens` is what the try produced. */
export function timesOf(stamps: TryStamps, outputTokens: number): Times {
  const { sentAtMs, firstByteAtMs, contentAtMs, endedAtMs } = stamps
  const chunks = contentAtMs.length
  const hasContent = chunks > 0
  const firstUs = hasContent ? Math.round((contentAtMs[0]! - sentAtMs) * 1000) : 0
  const gapsMs = new Array<number>(Math.max(0, chunks - 1))
  let lastUs = firstUs
  for (let i = 1; i < chunks; i++) {
    const us = Math.round((contentAtMs[i]! - sentAtMs) * 1000)
    gapsMs[i - 1] = (us - lastUs) / 1000
    lastUs = us
  }
  return {
    ttfbMs: firstByteAtMs === undefined ? undefined : wholeUs(firstByteAtMs - sentAtMs),
    ttftMs: hasContent ? firstUs / 1000 : undefined,
    gapsMs,
    tpotMs:
      hasContent && outputTokens > 1
        ? Math.round((lastUs - firstUs) / (outputTokens - 1)) / 1000
        : undefined,
    e2eMs: wholeUs(endedAtMs - sentAtMs),
  }
}
