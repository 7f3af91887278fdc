/** The relay's front door: it listens, holds the key, and ends in good order. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../../base/clock.ts'
import { listen } from '../../base/listen.ts'
import { type Given, readOptions } from '../../base/option-table.ts'
import { clientOf } from '../index.ts'
import { createCallers } from './callers.ts'
import { type RelayOptions, relayOptions } from './options.ts'
import { isLoopbackName, readOrigins } from './origin.ts'
import { formatRelayPage } from './page/page.ts'
import { createCleaner } from './refusals.ts'
import { createRuns } from './runs.ts'

export type GivenRelayOptions = Given<typeof relayOptions>

export interface Relay extends AsyncDisposable {
  /** Where the page is: `http://127.0.0.1:PORT`. */
  readonly origin: string
  readonly port: number
  /** Runs that are kept, and how many of them are in flight. */
  readonly runs: { readonly kept: number; readonly inFlight: number }
  /** Takes no new runs and waits until those in flight are over, at most `graceMs` (default 0); then they are stopped. */
  close(options?: { graceMs?: number }): Promise<void>
}

export interface RelayParts {
  readonly clock?: Clock
  /** Told of faults of our own, a line each. */
  readonly write?: (line: string) => void
}

/** Resolves when the relay listens. Throws OptionError for a bad option or an address that is taken. */
export async function createRelay(
  given: GivenRelayOptions = {},
  parts: RelayParts = {},
): Promise<Relay> {
  return await startRelay(
    readOptions(relayOptions, { ...given, port: given.port ?? 0 }, 'createRelay'),
    parts,
  )
}

/** The same with options that are read already. */
export async function startRelay(
  options: RelayOptions,
  { clock = systemClock, write = () => {} }: RelayParts = {},
): Promise<Relay> {
  const models = [...new Set([options.model, ...options.models])]
  const origins = {
    allowed: readOrigins(options.origin),
    isLoopback: isLoopbackName(options.host),
  }
  const client = clientOf(options, { clock })
  const clean = createCleaner(options.apiKey.trim())
  const report = (error: unknown) => write(error instanceof Error ? `${error.stack}` : `${error}`)
  const runs = createRuns({
    clock,
    clean,
    report,
    bufferBytes: options.bufferBytes,
    readerGraceMs: options.readerGrace,
    maxRuns: options.maxRuns,
    runExpiryMs: options.runExpiry,
  })
  let closing: Promise<void> | undefined
  const { createApp } = await import('./app.ts')
  const app = createApp({
    runs,
    callers: createCallers(
      { perMinute: options.callerPerMinute, inFlight: options.callerInFlight },
      clock,
    ),
    clock,
    rules: { models, maxTokens: options.maxTokens },
    origins,
    page: formatRelayPage(models),
    options,
    open: client.stream,
    waitMs: () => client.limiter.pausedMs,
    clean,
    report,
    isClosing: () => closing !== undefined,
  })
  const server = createServer({ noDelay: true, requestTimeout: 30_000 }, app)
  try {
    await listen(server, options)
  } catch (error) {
    await client.close()
    throw error
  }
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  const inFlight = () => runs.all.filter(({ isOver }) => !isOver)

  async function drain(graceMs: number): Promise<void> {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    const stopAll = setTimeout(() => {
      for (const run of inFlight()) run.stop('shutting_down')
    }, graceMs)
    // Connections go idle when their answers are over; until then they are waited for.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
    const cut = setTimeout(() => server.closeAllConnections(), graceMs + LAST_WORDS_MS)
    await closed
    clearInterval(sweep)
    clearTimeout(stopAll)
    clearTimeout(cut)
    runs.clear()
    await client.close()
  }

  function close({ graceMs = 0 } = {}): Promise<void> {
    closing ??= drain(graceMs)
    return closing
  }

  return {
    origin: `http://${host}:${port}`,
    port,
    runs: {
      get kept() {
        return runs.all.length
      },
      get inFlight() {
        return inFlight().length
      },
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

const SWEEP_MS = 20
/** How long the end of a run that is stopped may take to reach its readers. */
const LAST_WORDS_MS = 1000
