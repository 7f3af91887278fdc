/** One answer asked for twice, blocking and streaming, side by side: what a reader waits for. */
import { formatDuration } from '../base/duration.ts'
import { createClient } from '../client/index.ts'
import { costWords } from './call-lines.ts'
import { type ExitCode, exitCode } from './command.ts'

const model = 'gpt-4o-mini'
const messages = [
  { role: 'user', content: 'Explain in one paragraph what a rate limit protects.' },
] as const

interface Measured {
  readonly firstTextMs: number
  readonly totalMs: number
  readonly text: string
  readonly cost: string
}

/** Throws OptionError or ClientError as the client does. */
export async function compareBlocking(
  url: string,
  { signal, write }: { signal: AbortSignal; write: (line: string) => void },
): Promise<ExitCode> {
  await using client = createClient({ url, model })
  await client.complete({ messages, maxTokens: 1 }, { signal }) // connections and tokenizer are warm now

  const measure = async (stream: boolean): Promise<Measured> => {
    const { timeline, text, cost } = await client.complete({ messages, stream }, { signal })
    const { ttftMs = Number.NaN, e2eMs = Number.NaN } = timeline
    return { firstTextMs: ttftMs, totalMs: e2eMs, text, cost: costWords(cost?.nanoDollars) }
  }
  const blocking = await measure(false)
  const streaming = await measure(true)

  const row = (label: string, ofOne: (measured: Measured) => string) =>
    write(`${label.padEnd(20)}${ofOne(blocking).padStart(12)}${ofOne(streaming).padStart(12)}`)
  write(`${''.padEnd(20)}${'blocking'.padStart(12)}${'streaming'.padStart(12)}`)
  row('time to first text', ({ firstTextMs }) => formatDuration(firstTextMs))
  row('time to the end', ({ totalMs }) => formatDuration(totalMs))
  row('cost', measured => measured.cost)
  const same = blocking.text === streaming.text ? 'the same text' : 'not the same text'
  write(
    `${same}; reading could begin ${(blocking.firstTextMs / streaming.firstTextMs).toFixed(1)} times sooner`,
  )
  return exitCode.ok
}
