/**
 * Prompts taken in one after another, in chunks. While a chunk is taken in nobody decodes; between two chunks
 * those that decode take a step. So small chunks keep streams smooth and make prompts wait, and large ones do
 * the opposite.
 */
import type { Clock } from '../../../base/clock.ts'

export interface PrefillSettings {
  readonly prefillMsPerToken: number
  /** The most tokens of a chunk, which may be of several prompts; Infinity: each prompt is a chunk. */
  readonly prefillChunk: number
}

/** A prompt in line, until its last token is taken in. */
export interface PrefillJob {
  readonly fromMs: number
  left: number
  done(atMs: number): void
}

export interface Prefill {
  /** Gets a prompt of so many tokens in line, as of `fromMs`; `done` is told later, once, when it is taken in. */
  add(tokens: number, fromMs: number, done: (atMs: number) => void): PrefillJob
  /** Forgets a prompt; what of it is in the chunk of this moment stays there, as a step cannot be called off. */
  drop(job: PrefillJob): void
  /** How far whoever decodes has come at `atMs`, which is now or just past: chunks do not count. */
  decodedMs(atMs: number): number
  /** When whoever decodes has come so far; later, if more chunks begin until then. */
  timeOf(decodedMs: number): number
  /** Tokens in line. */
  readonly left: number
}

/** `pauseMs`: how long a step of those that decode takes now; 0: nobody does. */
export function createPrefill(
  clock: Clock,
  { settings, pauseMs }: { settings: () => PrefillSettings; pauseMs: () => number },
): Prefill {
  const jobs = new Set<PrefillJob>()
  /** The last chunk, from `startMs` to `endMs`, and how long all those before it were together. */
  let startMs = 0
  let endMs = 0
  let beforeMs = 0
  /** What the chunk takes in of each prompt; empty once it is over. */
  let taken: { job: PrefillJob; tokens: number }[] = []
  /** Before this the next chunk does not begin. */
  let nextMs = 0
  let settling = false
  let cancelTimer: (() => void) | undefined

  function begin(atMs: number): void {
    const { prefillMsPerToken, prefillChunk } = settings()
    let tokens = 0
    for (const job of jobs) {
      if (job.fromMs > atMs || tokens >= prefillChunk) break
      const part = Math.min(job.left, prefillChunk - tokens)
      taken.push({ job, tokens: part })
      tokens += part
      if (prefillChunk === Number.POSITIVE_INFINITY) break
    }
    beforeMs += endMs - startMs
    startMs = atMs
    endMs = atMs + tokens * prefillMsPerToken
  }

  function end(): void {
    const over = taken
    taken = []
    for (const { job, tokens } of over) {
      job.left -= tokens
      if (job.left <= 0 && jobs.delete(job)) job.done(endMs)
    }
    nextMs = endMs + pauseMs()
  }

  /** When something happens next; Infinity: nothing will. */
  function eventMs(): number {
    const [first] = jobs
    if (!first) return Number.POSITIVE_INFINITY
    return taken.length > 0 ? endMs : Math.max(nextMs, first.fromMs)
  }

  /** Ends and begins chunks when they were due, however late it is by now; then sleeps until the next. */
  function settle(): void {
    if (settling) return
    settling = true
    cancelTimer?.()
    cancelTimer = undefined
    const nowMs = clock.nowMs()
    try {
      // Nobody waits for a chunk whose prompts were all dropped: it is looked at again when one comes.
      if (taken.length > 0 && endMs <= nowMs) end()
      for (let atMs = eventMs(); atMs <= nowMs; atMs = eventMs()) {
        if (taken.length > 0) end()
        else begin(atMs)
      }
    } finally {
      settling = false
      const atMs = eventMs()
      if (atMs < Number.POSITIVE_INFINITY) cancelTimer = clock.after(atMs - nowMs, settle)
    }
  }

  return {
    add(tokens, fromMs, done) {
      const job = { fromMs, left: tokens, done }
      jobs.add(job)
      settle()
      return job
    },
    drop(job) {
      if (jobs.delete(job)) settle()
    },
    decodedMs(atMs) {
      const stoodMs = Math.min(Math.max(0, atMs - startMs), endMs - startMs)
      return atMs - beforeMs - stoodMs
    },
    timeOf(decodedMs) {
      const atMs = decodedMs + beforeMs
      return atMs <= startMs ? atMs : atMs + (endMs - startMs)
    },
    get left() {
      let tokens = 0
      for (const { left } of jobs) tokens += left
      return tokens
    },
  }
}
