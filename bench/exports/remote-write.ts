/** Metrics pushed to a Prometheus, or whatever takes its remote write, while the run lasts and once at its end. */
import type { Clock } from '../../base/clock.ts'
import type { Instruments } from '../../base/instruments.ts'
import type { NativeHistogram } from './native-metrics.ts'
import { snappyBlock } from './snappy.ts'
import { encodeWriteRequest } from './write-request.ts'

export interface RemoteWrite {
  /** Writes a last time. Resolves to what went wrong, in sentences: the run is none the worse for it. */
  finish(): Promise<readonly string[]>
  /** Writes no more. */
  stop(): void
}

export interface RemoteWriteOptions {
  /** With user and password in it, if they are wanted. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly instruments: Pick<Instruments, 'families'>
  readonly histograms: readonly NativeHistogram[]
  readonly clock: Clock
}

const everyMs = 5000
const timeoutMs = 5000
/** The same job as a push to a Pushgateway has. */
const shared = { job: 'tokadence_bench' }
const maxWords = 200

export function startRemoteWrite(options: RemoteWriteOptions): RemoteWrite {
  const { instruments, histograms, clock } = options
  const target = targetOf(options)
  const stopped = new AbortController()
  let writes = 0
  let failures = 0
  let lastFailure = ''
  let hasTold = false
  let running: Promise<void> = Promise.resolve()
  let cancel = clock.after(everyMs, tick)

  /** One that takes long makes the next one wait for its turn. */
  function tick(): void {
    running = write(stopped.signal).finally(() => {
      if (!stopped.signal.aborted) cancel = clock.after(everyMs, tick)
    })
  }

  async function write(signal?: AbortSignal): Promise<void> {
    const request = encodeWriteRequest({
      ...{ families: instruments.families(), histograms, shared },
      tellsKinds: !hasTold,
      wallMs: clock.wallMs(),
    })
    const body = snappyBlock(request)
    writes++
    try {
      const timeout = AbortSignal.timeout(timeoutMs)
      await post(target, body, signal ? AbortSignal.any([signal, timeout]) : timeout)
      hasTold = true
    } catch (error) {
      if (signal?.aborted) return
      failures++
      lastFailure = wordsOf(error as Error)
    }
  }

  function stop(): void {
    cancel()
    stopped.abort()
  }

  return {
    stop,
    async finish() {
      stop()
      await running
      await write()
      if (failures === 0) return []
      return [
        `Of ${writes} remote writes to ${target.shown} ${failures} failed; the last failure: ${lastFailure}.`,
      ]
    },
  }
}

interface Target {
  readonly url: string
  /** Without the password. */
  readonly shown: string
  readonly headers: Readonly<Record<string, string>>
}

function targetOf({ url, headers }: RemoteWriteOptions): Target {
  const { username, password } = url
  const plain = new URL(url)
  plain.username = ''
  plain.password = ''
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const basic = { authorization: `Basic ${Buffer.from(login).toString('base64')}` }
  return {
    url: plain.href,
    shown: `${plain.origin}${plain.pathname}`,
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
      'user-agent': 'tokadence-bench',
      ...(username && basic),
      ...headers,
    },
  }
}

async function post({ url, headers }: Target, body: Buffer, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body, signal })
  const text = await response.text()
  if (!response.ok) {
    throw new Error(`it answered ${response.status}: ${text.trim().slice(0, maxWords)}`)
  }
}

/** What fetch says is "fetch failed"; why stands in the cause. */
function wordsOf(error: Error): string {
  const cause = error.cause as NodeJS.ErrnoException | undefined
  return cause?.code ?? cause?.message ?? error.message
}
