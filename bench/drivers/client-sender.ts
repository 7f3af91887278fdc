/**
 * Sends through the reference client, with its retries, its obedience to `retry-after`, its pauses and its pace.
 *
 * A request is sent when the client is called: whether the client then holds it back or sends it again is its policy, and
 * part of what a user waits. So a request that is held back is in flight, and one that was never let out is open.
 */
import { type ChatResult, type ChatStream, ClientError } from '../../client/index.ts'
import type { Sample } from '../sample.ts'
import type { Check, Request } from '../work/request.ts'
import { type ClientSetting, clientFor } from './client-for.ts'
import { chatPath, checkEndpoints, clientRequest } from './client-request.ts'
import { refusedSample, sampleOfCall } from './client-sample.ts'
import { countConnects } from './connects.ts'
import { hangUpAfter, type Sender, type SenderOptions, type Settled } from './sender.ts'

export interface ClientSenderSetting extends ClientSetting {
  /** Each call that was made, as it is over; right before it is told as settled. */
  readonly onCall?: ((call: EndedCall) => void) | undefined
}

/** What a Sample does not tell. */
export interface EndedCall {
  readonly sample: Sample
  readonly result: ChatResult
  /** From the call to its first send: the client held it back. */
  readonly heldMs: number
  readonly endedAtMs: number
}

/** Throws OptionError where the work is no chat completion. */
export function createClientSender(
  { onCall, ...setting }: ClientSenderSetting,
  options: SenderOptions,
): Sender {
  const { clock, work, query, headers, cancelling, onSent, onContent, onSettled } = options
  checkEndpoints(work)
  const client = clientFor(setting, options)
  const connects = countConnects(new URL(options.url))
  const streams = new Set<ChatStream>()
  const calls = new Set<Promise<void>>()

  function send(request: Request, dueAtMs: number | undefined, settled?: Settled): void {
    const calledAtMs = clock.nowMs()
    const due = dueAtMs ?? calledAtMs
    const departure = {
      index: onSent(due),
      scenario: request.scenario,
      dueAtMs: due,
      ...request.place,
    }
    const asked = clientRequest(request, query)
    if (!asked) {
      const why = `the reference client sends ${chatPath} only, not ${request.path}`
      const sample = refusedSample({ ...departure, sentAtMs: calledAtMs }, why)
      onSettled(sample, calledAtMs)
      settled?.(sample, '')
      return
    }
    let cancelHangUp: () => void = () => {}
    let isHungUp = false
    let isSent = false
    const stream = client.stream(
      { ...asked, headers: { ...headers, ...request.headers } },
      {
        onSend() {
          if (isSent) return
          isSent = true
          const hangUpMs = hangUpAfter(cancelling, departure.index)
          if (hangUpMs === undefined) return
          cancelHangUp = clock.after(hangUpMs, () => {
            isHungUp = true
            stream.cancel()
          })
        },
      },
    )
    streams.add(stream)

    async function follow(): Promise<void> {
      const contentAtMs = await readContent(stream)
      cancelHangUp()
      streams.delete(stream)
      const result = await stream.result
      const endedAtMs = clock.nowMs()
      const left = { ...departure, sentAtMs: result.attempts[0]?.sentAtMs ?? calledAtMs }
      const call = { departure: left, calledAtMs, result, contentAtMs, endedAtMs }
      const sample = judged(sampleOfCall(call), {
        isHungUp,
        check: request.check,
        text: result.text,
      })
      onCall?.({ sample, result, heldMs: left.sentAtMs - calledAtMs, endedAtMs })
      onSettled(sample, endedAtMs)
      settled?.(sample, result.text)
    }
    const call = follow().finally(() => calls.delete(call))
    calls.add(call)
  }

  /** When each piece of it came. */
  async function readContent(stream: ChatStream): Promise<readonly number[]> {
    const contentAtMs: number[] = []
    try {
      for await (const { kind } of stream) {
        if (kind === 'usage' || kind === 'retry' || kind === 'end') continue
        const atMs = clock.nowMs()
        contentAtMs.push(atMs)
        onContent(atMs, 1)
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
    }
    return contentAtMs
  }

  return {
    send,
    get inFlight() {
      return calls.size
    },
    get connectionsOpened() {
      return connects.count
    },
    async stop() {
      for (const stream of streams) stream.cancel()
      await Promise.all(calls)
      await client.close()
      connects.stop()
    },
  }
}

interface Judged {
  readonly isHungUp: boolean
  readonly check: Check | undefined
  readonly text: string
}

function judged(sample: Sample, { isHungUp, check, text }: Judged): Sample {
  if (isHungUp && sample.outcome === 'open') return { ...sample, outcome: 'cancelled' }
  // What came whole may still be wrong, by the work's own word.
  const wrong = sample.outcome === 'ok' ? check?.(sample, text) : undefined
  if (wrong === undefined) return sample
  return { ...sample, outcome: 'malformed', detail: `check: ${wrong}` }
}
