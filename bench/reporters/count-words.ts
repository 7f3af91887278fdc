/** Counts beside those of requests, in words: tries where there were more than requests, and sessions. */
import type { Summary } from '../summary.ts'

type Told = Pick<Summary, 'counts' | 'load'>

/** `41 for 35 requests, 6 of them throttled (14.6 %)`; undefined: each request was sent once, and none was throttled. */
export function attemptWords({ counts, load }: Told): string | undefined {
  const { attempts, sent, throttled } = counts
  if (!load.retries && throttled === 0) return undefined
  const share = attempts > 0 ? ` (${((throttled / attempts) * 100).toFixed(1)} %)` : ''
  return `${attempts} for ${sent} requests, ${throttled} of them throttled${share}`
}

/** `27 started = 22 finished + 0 broken + 5 open   5.4 started/s`; undefined: there were no sessions. */
export function sessionWords({ counts, load }: Told): string | undefined {
  const { sessions } = counts
  if (!sessions) return undefined
  const { started, finished, broken, open } = sessions
  const rate = load.open?.sessions && load.open.sentPerSecond
  const perSecond = rate ? `   ${rate.toFixed(1)} started/s` : ''
  return `${started} started = ${finished} finished + ${broken} broken + ${open} open${perSecond}`
}
