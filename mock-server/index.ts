/** The front door: `await using mock = await createMockServer({ ttft: '50ms' })`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../base/clock.ts'
import { listen } from '../base/listen.ts'
import { type Given, readAllOptions } from '../base/option-table.ts'
import { type Changes, readChanges } from './changes.ts'
import type { JournalEntry } from './engine/journal.ts'
import { type RequestFilter, readFilter, select } from './engine/journal-filter.ts'
import type { Fixtures } from './fixtures/fixtures.ts'
import type { WhenFunction } from './fixtures/when.ts'
import { answerBrokenRequests, connectionBounds } from './http/bounds.ts'
import type { Health, RequestHandler } from './http/routes.ts'
import { handleUpgrades, type UpgradeHandler } from './http/upgrade.ts'
import { type ServerOptions, serverOptions } from './options.ts'
import type { Provider } from './provider.ts'
import type { ServerClock } from './server-clock.ts'
import type { Expectation } from './verify/expectation.ts'
import type { Verified } from './verify/verify.ts'
import { type Witnessed, witnessedBy } from './verify/witnessed.ts'

export { type Changes, ChangesError } from './changes.ts'
export type { Done, Intended, JournalEntry, Outcome } from './engine/journal.ts'
export type { RequestFilter } from './engine/journal-filter.ts'

export type { Answer, Asked, When } from './fixtures/fixture.ts'
export type { Registered, Replying, WhenFunction } from './fixtures/when.ts'
export type { ServerClock } from './server-clock.ts'
export type { Expectation } from './verify/expectation.ts'
export type { Verification, VerifyResult } from './verify/verification.ts'
export type { VerificationError, Verified } from './verify/verify.ts'

export type MockServerOptions = Given<typeof serverOptions>

export interface MockServer extends RunningServer {
  /** Says what is answered from now on: `mock.when('weather').reply('Sunny.')`. */
  readonly when: WhenFunction
  /**
   * Whether clients did as expected, by the journal: `mock.verify({ maxInFlight: 8, waitedRetryAfter: true }).orThrow()`.
   * Throws OptionError for an assertion that is not known or a setting that is not allowed.
   */
  verify(expectations: Expectation | readonly Expectation[]): Verified
}

/** A server that was started. */
export interface RunningServer extends AsyncDisposable {
  /** The base URL for clients, `http://127.0.0.1:PORT/v1`. */
  readonly url: string
  /** The same without `/v1`, for /metrics and /healthz. */
  readonly origin: string
  readonly port: number
  /** With TLS, what clients must trust, PEM: its own certificate, or that of `tlsCert`; undefined: plain HTTP. */
  readonly certificate: string | undefined
  /** The fixtures in force. */
  readonly fixtures: Fixtures
  /**
   * Changes live options: what comes after is answered by them, what is in flight is not touched. null is as if the
   * option had not been given. Throws ChangesError (an OptionError) with all that is wrong, and then changes nothing.
   */
  configure(changes: Changes): void
  /**
   * Forgets what requests have left behind: the journal, limits and faults as far as they were used up, what `when`
   * registered and how often fixtures came into play, caches, and what clients stored. Of one `x-tokadence-key`: its
   * journal entries, fixtures and faults. Fixtures of files stay, settings and metrics too, requests in flight live on.
   */
  reset(key?: string): void
  /** The server's time, which moves when told with `clock: 'manual'`: `await mock.clock.advance('6m')`. */
  readonly clock: ServerClock
  /**
   * The journal: what was asked, intended and done, oldest first; of the requests that the filter means, e.g.
   * `{ status: 429, after: 12 }`. Throws OptionError for what is no filter.
   */
  requests(filter?: RequestFilter): JournalEntry[]
  /** The same with what it no longer has, and the time by the server's clock. */
  witnessed(): Witnessed
  /**
   * Takes no new requests and waits until those in flight are over, at most `graceMs` (default 0).
   * What is left then is cut.
   */
  close(options?: { graceMs?: number }): Promise<void>
}

/** Resolves when the server listens and its first answer will be on time. Throws OptionError for a bad option or an address that is taken. */
export async function createMockServer(given: MockServerOptions = {}): Promise<MockServer> {
  const options = await readAllOptions(
    serverOptions,
    { ...given, port: given.port ?? 0 },
    'createMockServer',
  )
  const [{ loadTokenizer }, { createWhen }, { verify }] = await Promise.all([
    import('../protocol/tokens/tokenizer.ts'),
    import('./fixtures/when.ts'),
    import('./verify/verify.ts'),
  ])
  await loadTokenizer('o200k_base')
  const server = await startMockServer(options)
  return Object.assign(server, {
    when: createWhen(server.fixtures),
    verify: (expectations: Expectation | readonly Expectation[]) =>
      verify(expectations, server.witnessed()),
  })
}

/**
 * The same with options that are read already, and where the log goes.
 * Listens first and loads the rest then: connections are accepted in a third of the time, and a request
 * that comes before the rest is there waits for it.
 */
export async function startMockServer(
  options: ServerOptions,
  { clock = systemClock, write = () => {} }: { clock?: Clock; write?: (line: string) => void } = {},
): Promise<RunningServer> {
  const health: Changing<Health> = { ready: false, draining: false, upAtMs: undefined }
  const { server, certificate } = await openServer(options)
  answerBrokenRequests(server)
  await listen(server, { port: options.port, host: options.host, backlog: BACKLOG })
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  const origin = `http${certificate === undefined ? '' : 's'}://${host}:${port}`

  const loading = load(options, { clock, write, origin }, health)
  server.on('request', early)
  handleUpgrades(server, (request, socket, head) => {
    loading
      .then(async ({ provider }) => (await socketOf(provider))(request, socket, head))
      .catch(() => socket.destroy())
  })
  const { provider, handle } = await loading.catch(error => {
    server.close()
    server.closeAllConnections()
    throw error
  })
  server.off('request', early)
  server.on('request', handle)
  if (health.upAtMs === undefined) health.ready = true

  function early(request: IncomingMessage, response: ServerResponse): void {
    loading.then(
      loaded => loaded.handle(request, response),
      error => response.destroy(error),
    )
  }

  let closing: Promise<void> | undefined

  async function drain(graceMs: number): Promise<void> {
    health.ready = false
    health.draining = true
    provider.drain()
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    // A connection goes idle when its answer is over; until then it is waited for.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
    await closed
    clearInterval(sweep)
    clearTimeout(cut)
    await provider.close()
  }

  function close({ graceMs = 0 } = {}): Promise<void> {
    closing ??= drain(graceMs)
    return closing
  }

  return {
    url: `${origin}/v1`,
    origin,
    port,
    certificate,
    requests: filter => select(provider.journal.entries(), readFilter(filter ?? {})),
    witnessed: () => witnessedBy(provider),
    fixtures: provider.fixtures,
    configure: changes => provider.configure(readChanges(changes, key => `configure({ ${key} })`)),
    reset: provider.reset,
    clock: provider.time.control,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

interface Loaded {
  readonly provider: Provider
  readonly handle: RequestHandler
}

async function load(
  options: ServerOptions,
  parts: { clock: Clock; write: (line: string) => void; origin: string },
  health: Changing<Health>,
): Promise<Loaded> {
  const [
    { createLog, createProvider },
    { createRequestHandler },
    { loadDialect },
    { openFixtures },
  ] = await Promise.all([
    import('./provider.ts'),
    import('./http/routes.ts'),
    import('./dialects/index.ts'),
    import('./fixtures/open-fixtures.ts'),
  ])
  const log = createLog(options.logLevel, parts.write)
  const dialect = await loadDialect(options.dialect)
  // Files change in real time, whatever the server's own is.
  const fixtures = await openFixtures(options, { clock: systemClock, log })
  const provider = createProvider(options, { ...parts, dialect, fixtures })
  if (options.metricsDialect === 'vllm') {
    const { addVllmMetrics } = await import('./metrics/vllm.ts')
    provider.journal.watch(addVllmMetrics(provider))
  }
  startUp(provider, health)
  const handle = createRequestHandler(provider, health, await elsewhereOf(provider))
  const { unsettled } = provider.time
  if (!unsettled) return { provider, handle }
  return {
    provider,
    handle(request, response) {
      if (!request.url?.startsWith('/_tokadence')) unsettled.arrived(response)
      handle(request, response)
    },
  }
}

/** Is not ready before as long as a model takes to load. */
function startUp({ options, clock, onDrain }: Provider, health: Changing<Health>): void {
  const { startup } = options
  if (startup === 0) return
  health.upAtMs = clock.nowMs() + startup
  const cancel = clock.after(startup, () => {
    health.upAtMs = undefined
    health.ready = true
  })
  onDrain(cancel)
}

type Changing<T> = { -readonly [K in keyof T]: T[K] }

/** The WebSocket of the Responses API, loaded at its first connection. */
async function socketOf(provider: Provider): Promise<UpgradeHandler> {
  const { responsesSocket } = await import('./http/responses-socket.ts')
  return provider.shared(responsesSocket)
}

/** What answers where the server does not: recordings, an upstream. Throws OptionError. */
async function elsewhereOf(provider: Provider): Promise<RequestHandler | undefined> {
  const { upstream, upstreamKey, record, replay, replaySpeed } = provider.options
  const given = [upstream, upstreamKey, record, replay, replaySpeed]
  if (given.every(option => option === undefined)) return undefined
  const [{ readRecordSettings }, { createUpstreamHandler }] = await Promise.all([
    import('./record/settings.ts'),
    import('./http/upstream.ts'),
  ])
  const settings = readRecordSettings(provider.options)
  return settings && createUpstreamHandler(provider, settings)
}

const BACKLOG = 4096
const SWEEP_MS = 20

/** `certificate`: what clients must trust; undefined: plain HTTP. Throws OptionError. */
async function openServer(
  options: ServerOptions,
): Promise<{ server: Server; certificate?: string }> {
  const settings = { noDelay: true, ...connectionBounds }
  const { tls, tlsCert, tlsKey } = options
  if (!tls && tlsCert === undefined && tlsKey === undefined) {
    return { server: createServer(settings) }
  }
  const { createSecureServer } = await import('./http/tls.ts')
  return await createSecureServer(options, systemClock.wallMs(), settings)
}
