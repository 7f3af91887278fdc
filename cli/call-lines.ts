/** What a call came to, in a line each for people: its retries, its failure, its sum; and its exit code. */
import { formatDuration } from '../base/duration.ts'
import type { ChatResult, Failure, RetryFrame, Usage } from '../client/index.ts'
import { formatDollars } from '../protocol/prices.ts'
import { type ExitCode, exitCode } from './command.ts'

/** `attempt 1: 429 Rate limit reached; again in 1.2 s (the server asked for it)` */
export function retryLine({ attempt, failure, delayMs, why }: RetryFrame): string {
  return `attempt ${attempt}: ${failureWords(failure)}; again in ${formatDuration(delayMs)} (${why})`
}

/** The status and what the message says first: waits and links are told elsewhere. */
export function failureWords(failure: Failure): string {
  const status = 'status' in failure && failure.status ? `${failure.status} ` : ''
  const [line = ''] = failure.message.split(/\n|(?<=\.) (?:Please try again in|Visit https)/)
  return `${status}${line.length > 160 ? `${line.slice(0, 159)}…` : line}`
}

/** What went wrong, what that means for the text on the screen, and what was decided about it. */
export function failureLine({ how, failure, text, attempts }: ChatResult, url: string): string {
  if (!failure) return ''
  const decision = attempts.at(-1)?.decision
  const why = decision?.retry === false && failure.kind !== 'aborted' ? ` (${decision.why})` : ''
  const what = text === '' ? how : `${how}, the answer is not whole`
  const where = isUnreachable(failure) ? ` at ${url}` : ''
  return `tokadence: ${what}: ${failureWords(failure)}${where}${why}`
}

/** `TTFT 212 ms · 9 in, 64 out (counted here) · 48.1 tokens/s · $0.0000401 · 2 attempts` */
export function sumLine({ timeline, usage, cost, attempts }: ChatResult): string {
  const { ttftMs, tpotMs, e2eMs } = timeline
  return [
    ttftMs === undefined ? 'no token came' : `TTFT ${formatDuration(ttftMs)}`,
    e2eMs === undefined ? undefined : `${formatDuration(e2eMs)} in all`,
    usage ? tokenWords(usage) : 'tokens unknown',
    tpotMs ? `${(1000 / tpotMs).toPrecision(3)} tokens/s` : undefined,
    costWords(cost?.nanoDollars),
    attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`,
  ]
    .filter(part => part !== undefined)
    .join(' · ')
}

export function tokenWords({
  inputTokens,
  outputTokens,
  source,
}: Pick<Usage, 'inputTokens' | 'outputTokens'> & Partial<Pick<Usage, 'source'>>): string {
  const counts = `${inputTokens.toLocaleString('en')} in, ${outputTokens.toLocaleString('en')} out`
  return source === 'estimate' ? `${counts} (counted here)` : counts
}

export function costWords(nanoDollars: number | undefined): string {
  return nanoDollars === undefined ? 'price unknown' : formatDollars(nanoDollars)
}

export function exitCodeOf(failure: Failure | undefined): ExitCode {
  if (!failure) return exitCode.ok
  if (failure.kind === 'aborted') return exitCode.interrupted
  return isUnreachable(failure) ? exitCode.unreachable : exitCode.unexpected
}

/** Whether nobody answered at all. */
export function isUnreachable(failure: Failure): boolean {
  return failure.kind === 'connection'
    ? /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH)$/.test(failure.code ?? '')
    : failure.kind === 'timeout' && failure.which === 'connect'
}
