/**
 * Samples in whole µs, which is finer than any of it is known: what is written down is then exactly what
 * was counted, and whoever reads it comes to the same numbers, to the digit.
 */
import { lastSentAtMs, type Sample } from './sample.ts'

/** To the whole µs, in ms. */
export function wholeUs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

const maybe = (ms: number | undefined) => (ms === undefined ? undefined : wholeUs(ms))

/**
 * The sample with every time rounded. Gaps are rounded as stamps, so that their sum does not drift from
 * when the last content came.
 */
export function inMicroseconds(sample: Sample): Sample {
  const { dueAtMs, sentAtMs, givenUp, ttfbMs, ttftMs, preludeMs, tpotMs, e2eMs, censoredMs } =
    sample
  const { outputTokens, heldMs } = sample
  const firstUs = Math.round((ttftMs ?? 0) * 1000)
  const gapsMs: number[] = []
  let atMs = ttftMs ?? 0
  let lastUs = firstUs
  for (const gapMs of sample.gapsMs) {
    atMs += gapMs
    const us = Math.round(atMs * 1000)
    gapsMs.push((us - lastUs) / 1000)
    lastUs = us
  }
  return {
    ...sample,
    dueAtMs: maybe(dueAtMs),
    sentAtMs: wholeUs(sentAtMs),
    ...(heldMs !== undefined && { heldMs: wholeUs(heldMs) }),
    givenUp: givenUp.map(tried => ({
      ...tried,
      lastedMs: wholeUs(tried.lastedMs),
      waitedMs: wholeUs(tried.waitedMs),
    })),
    ttfbMs: maybe(ttfbMs),
    ttftMs: maybe(ttftMs),
    preludeMs: maybe(preludeMs),
    gapsMs,
    tpotMs:
      tpotMs === undefined || outputTokens < 2
        ? undefined
        : Math.round((lastUs - firstUs) / (outputTokens - 1)) / 1000,
    e2eMs: maybe(e2eMs),
    censoredMs: maybe(censoredMs),
  }
}

/** When its last try ended or was left, in ms of the run's clock. */
export function endedAtMs({ sentAtMs, e2eMs, censoredMs }: Sample): number {
  return wholeUs(sentAtMs + (e2eMs ?? censoredMs ?? 0))
}

/** Tells when each content chunk of the last try came, in ms of the run's clock, and the gap before it. */
export function eachContent(
  sample: Sample,
  tell: (atMs: number, gapMs: number | undefined) => void,
): void {
  if (sample.ttftMs === undefined || sample.contentChunks === 0) return
  let atUs = Math.round((lastSentAtMs(sample) + sample.ttftMs) * 1000)
  tell(atUs / 1000, undefined)
  for (const gapMs of sample.gapsMs) {
    atUs += Math.round(gapMs * 1000)
    tell(atUs / 1000, gapMs)
  }
}
