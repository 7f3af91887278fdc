/** Assertions on how long a client waited before it came again. */
import { duration, integer } from '../../../base/option-table.ts'
import type { JournalEntry } from '../../engine/journal.ts'
import { assertion, type Evidence, type Finding, ruled } from '../assertion.ts'
import { type Call, endMs, type Gap, gapsOf } from '../calls.ts'
import { median, middleHalf } from '../spread.ts'
import { counted, named, outcomeOf, duration as took } from '../words.ts'

/** Arrivals are noted in whole ms, timers take whole ms and may fire one early. */
const TOLERANCE = '3ms'

export const waitAssertions = {
  waitedRetryAfter: assertion({
    help: 'Whoever was told to wait (retry-after) and came again did not come earlier.',
    settings: {
      tolerance: duration({ help: 'How much earlier is no breach.', fallback: TOLERANCE }),
    },
    judge({ calls }, { tolerance }) {
      const told = calls.flatMap(gapsOf).filter(({ toldMs }) => toldMs !== undefined)
      const early = told.filter(({ waitMs, toldMs }) => waitMs < toldMs! - tolerance)
      return ruled(told.length, early.map(cameEarly), {
        none: 'nobody came again after being told to wait',
        kept: `${all(told.length, 'retry', 'retries')} waited as long as told`,
        broken: `${early.length} of ${counted(told.length, 'retry', 'retries')} came before the wait that was told was over`,
      })
    },
  }),

  pausedAllCallers: assertion({
    help: 'After a 429 with retry-after nobody with the same API key sent anything before it was over.',
    settings: {
      grace: duration({
        help: 'What comes so soon after the refusal was on its way already.',
        fallback: '20ms',
      }),
      tolerance: duration({ help: 'How much earlier is no breach.', fallback: TOLERANCE }),
    },
    judge({ entries }, { grace, tolerance }) {
      const pauses = entries.filter(
        ({ done, retryAfterMs }) => done.status === 429 && (retryAfterMs ?? 0) > 0,
      )
      const breaches = intruders(entries, pauses, { graceMs: grace, toleranceMs: tolerance })
      return ruled(pauses.length, breaches, {
        none: 'nobody was refused with a 429 and told to wait',
        kept: `nobody sent anything while ${counted(pauses.length, 'told wait')} lasted`,
        broken: `${counted(breaches.length, 'request')} came while the caller had been told to wait`,
      })
    },
  }),

  jittered: assertion({
    help: 'Waits are spread by chance: the middle half of them spans enough of their median. What comes on top of a retry-after is held against that; other waits against those before the same attempt.',
    settings: {
      samples: integer(3, 1_000_000, { help: 'Fewer waits say nothing.', fallback: 10 }),
      spreadPercent: integer(1, 100, {
        help: 'The least span of the middle half, of the median wait.',
        fallback: 2,
      }),
      noise: duration({
        help: 'A span below this is what timers make by themselves.',
        fallback: '3ms',
      }),
    },
    judge({ calls }, { samples, spreadPercent, noise }) {
      return judgeJitter(calls.flatMap(gapsOf), { samples, spreadPercent, noiseMs: noise })
    },
  }),

  backoffGrows: assertion({
    help: 'Without a retry-after, the last wait of a call is longer than its first: by the median of all calls with two waits or more.',
    settings: {
      growthPercent: integer(1, 10_000, { help: 'How much longer it must be.', fallback: 20 }),
      samples: integer(1, 1_000_000, {
        help: 'With fewer calls, all must grow: chance may hide growth in some.',
        fallback: 5,
      }),
    },
    judge({ calls }, { growthPercent, samples }) {
      return judgeGrowth(calls, 1 + growthPercent / 100, samples)
    },
  }),
}

const all = (count: number, noun: string, plural?: string) =>
  count === 1 ? `the one ${noun}` : `all ${counted(count, noun, plural)}`

function cameEarly({ before, after, waitMs, toldMs }: Gap): Evidence {
  return {
    says: `${named(after)} came ${took(waitMs)} after ${named(before)} had ended (${outcomeOf(before)}), which told it to wait ${took(toldMs!)}`,
    requests: [before, after],
  }
}

/** Requests that came during another's told wait, each with the pause that it broke. */
function intruders(
  entries: readonly JournalEntry[],
  pauses: readonly JournalEntry[],
  { graceMs, toleranceMs }: { graceMs: number; toleranceMs: number },
): Evidence[] {
  const lastOf = new Map<string, JournalEntry>()
  const until = (pause: JournalEntry) => endMs(pause) + pause.retryAfterMs! - toleranceMs
  const evidence: Evidence[] = []
  const ordered = [...pauses].sort((a, b) => endMs(a) - endMs(b))
  let next = 0
  for (const entry of entries) {
    const { caller = '', receivedAtMs } = entry
    // Those that had begun when this one came; of a caller's the one that lasts longest counts.
    for (; next < ordered.length; next++) {
      const pause = ordered[next]!
      if (endMs(pause) + graceMs >= receivedAtMs) break
      const known = lastOf.get(pause.caller ?? '')
      if (!known || until(pause) > until(known)) lastOf.set(pause.caller ?? '', pause)
    }
    const pause = lastOf.get(caller)
    if (!pause || receivedAtMs >= until(pause)) continue
    const sinceMs = receivedAtMs - endMs(pause)
    evidence.push({
      says: `${named(entry)} came ${took(sinceMs)} after ${named(pause)} had been refused (${outcomeOf(pause)}) and told to wait ${took(pause.retryAfterMs!)}`,
      requests: [pause, entry],
    })
  }
  return evidence
}

/** Waits that were drawn alike: after a retry-after, or before the same attempt. */
interface Kind {
  readonly says: string
  readonly gaps: readonly Gap[]
}

const MIN_OF_A_KIND = 3

function judgeJitter(
  gaps: readonly Gap[],
  needs: { samples: number; spreadPercent: number; noiseMs: number },
): Finding {
  const kinds = kindsOf(gaps).filter(kind => kind.gaps.length >= MIN_OF_A_KIND)
  const used = kinds.flatMap(kind => kind.gaps)
  const judged = used.length
  if (judged < needs.samples) {
    const says = `${counted(judged, 'wait')} can be compared, and fewer than ${needs.samples} say nothing of chance`
    return { verdict: 'inconclusive', says, judged }
  }
  const medianMs = median(used.map(({ waitMs }) => waitMs))
  const spreadPercent = middleHalf(kinds.flatMap(deviationsOf)) * 100
  const spreadMs = (spreadPercent / 100) * medianMs
  const found = `the middle half of ${counted(judged, 'wait')} spans ${spreadPercent.toFixed(1)} % of their median of ${took(medianMs)}, which is ${took(spreadMs)}`
  const isSpread = spreadPercent >= needs.spreadPercent && spreadMs >= needs.noiseMs
  if (isSpread) return { verdict: 'passed', says: found, judged }
  const needed = `${needs.spreadPercent} % and ${took(needs.noiseMs)} are needed`
  return {
    verdict: 'failed',
    says: `${found}; ${needed}`,
    judged,
    evidence: kinds.map(saysWaits),
  }
}

function kindsOf(gaps: readonly Gap[]): Kind[] {
  const kinds = new Map<string, Gap[]>()
  for (const gap of gaps) {
    if (gap.waitMs < 0) continue // it came before its predecessor's end: no wait at all
    const says = gap.toldMs ? 'after a retry-after' : `before attempt ${gap.after.attempt}`
    const own = kinds.get(says) ?? []
    own.push(gap)
    kinds.set(says, own)
  }
  return [...kinds].map(([says, own]) => ({ says, gaps: own }))
}

/** How far each wait is from the middle one, as a share of what it would be without chance. */
function deviationsOf({ gaps }: Kind): number[] {
  const usualMs = Math.max(1, median(gaps.map(({ waitMs }) => waitMs)))
  const shares = gaps.map(({ waitMs, toldMs }) => waitMs / (toldMs || usualMs))
  const middle = median(shares)
  return shares.map(share => share - middle)
}

function saysWaits({ says, gaps }: Kind): Evidence {
  const waits = gaps.map(({ waitMs }) => waitMs).sort((a, b) => a - b)
  return {
    says: `${counted(gaps.length, 'wait')} ${says}: from ${took(waits[0]!)} to ${took(waits.at(-1)!)}, the median is ${took(median(waits))}`,
    requests: gaps.map(({ after }) => after),
  }
}

function judgeGrowth(calls: readonly Call[], factor: number, samples: number): Finding {
  const rows = calls.flatMap(call => {
    const untold = gapsOf(call).filter(({ toldMs, waitMs }) => !toldMs && waitMs >= 0)
    const [first, last] = [untold[0], untold.at(-1)]
    if (!first || !last || first === last) return []
    return [{ first, last, growth: last.waitMs / Math.max(1, first.waitMs) }]
  })
  const judged = rows.length
  if (judged === 0) {
    const says = 'no call waited twice without being told how long'
    return { verdict: 'inconclusive', says, judged }
  }
  const short = rows.filter(({ growth }) => growth < factor)
  const growth = median(rows.map(row => row.growth))
  const found = `the last wait is ${growth.toFixed(2)} times the first, by the median of ${counted(judged, 'call')}`
  if (short.length === 0 || (judged >= samples && growth >= factor)) {
    return { verdict: 'passed', says: found, judged }
  }
  const evidence = short.map(({ first, last }) => ({
    says: `${named(last.after)} came after ${took(last.waitMs)}, ${named(first.after)} after ${took(first.waitMs)}`,
    requests: [first.after, last.after],
  }))
  if (judged < samples && short.length < judged) {
    const says = `${found}; it did not grow in ${short.length}, and fewer than ${samples} calls do not tell chance from rule`
    return { verdict: 'inconclusive', says, judged, evidence }
  }
  return { verdict: 'failed', says: `${found}; ${factor} is needed`, judged, evidence }
}
