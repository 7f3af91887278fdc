/** A transport without a network: each attempt is answered by the next line of a script. */
import { refusedError, type Transport, type WireRequest } from '../../client/transport.ts'

export type Line =
  | { readonly refuse: number; readonly error?: object; readonly headers?: Record<string, string> }
  | {
      readonly say: readonly string[]
      readonly finish?: string | undefined
      readonly hang?: boolean
    }
  | { readonly fail: Error }

/** Beyond its end the script's last line is said again. */
export function createScriptedTransport(script: readonly Line[], wallMs = () => 0) {
  const sent: WireRequest[] = []
  const transport: Transport = {
    async send(request, signal) {
      const line = script[Math.min(sent.length, script.length - 1)]!
      sent.push(request)
      if ('fail' in line) throw line.fail
      if ('refuse' in line) {
        const body = JSON.stringify({ error: line.error ?? { message: 'no' } })
        throw refusedError(line.refuse, line.headers ?? {}, body, wallMs())
      }
      return { status: 200, headers: {}, chunks: chunksOf(line, signal) }
    },
    close: async () => undefined,
  }
  return { transport, sent }
}

async function* chunksOf(line: Extract<Line, { say: unknown }>, signal: AbortSignal) {
  for (const content of line.say) yield [{ choices: [{ index: 0, delta: { content } }] }]
  if (line.hang) {
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }
  const finish_reason = 'finish' in line ? line.finish : 'stop'
  yield [{ choices: [{ index: 0, delta: {}, finish_reason }] }]
}
