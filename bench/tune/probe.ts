/** A few requests, one after the other: what a reply takes alone, and which limits its headers tell. */
import type { Clock } from '../../base/clock.ts'
import { nearestRank } from '../percentile.ts'
import type { Work } from '../work/work.ts'
import { type LimitWitness, refusalOf } from './told-limits.ts'

export interface ProbeParts {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** A request is given up after this long. */
  readonly timeoutMs: number
  readonly work: Work
  readonly witness: LimitWitness
  readonly clock: Clock
  readonly signal: AbortSignal
}

const requests = 3
/** Of a refusal this much is read for its message. */
const maxMessageLength = 4096

/** The median from send to the last byte, ms; undefined: none ended ok, which the search itself will tell more of. */
export async function probe(parts: ProbeParts): Promise<number | undefined> {
  const { clock, signal } = parts
  const times: number[] = []
  for (let i = 0; i < requests && !signal.aborted; i++) {
    const sentAtMs = clock.nowMs()
    if (await isAnswered(parts)) times.push(clock.nowMs() - sentAtMs)
  }
  return nearestRank(Float64Array.from(times).sort(), 50)
}

async function isAnswered(parts: ProbeParts): Promise<boolean> {
  const { url, work, witness, timeoutMs } = parts
  const { path, headers, body } = work.next()
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(timeoutMs)])
  try {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { ...parts.headers, ...headers },
      body,
      signal,
    })
    const text = response.ok ? '' : (await response.text()).slice(0, maxMessageLength)
    if (response.ok) await skip(response)
    const failure = refusalOf(response.status, text)
    witness.saw({ headers: Object.fromEntries(response.headers), failure })
    return response.ok
  } catch (cause) {
    // No connection, or none that lasted: as much as any other request of the search can come to.
    if (cause instanceof TypeError || signal.aborted) return false
    throw cause
  }
}

async function skip({ body }: Response): Promise<void> {
  const reader = body?.getReader()
  while (reader && !(await reader.read()).done);
}
