/** The front door: `await using mock = await createMockServer({ ttft: '50ms' })`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../base/clock.ts'
import { OptionError } from '../base/option-error.ts'
import { type Given, readOptions } from '../base/option-table.ts'
import type { JournalEntry } from './engine/journal.ts'
import type { Fixtures } from './fixtures/fixtures.ts'
import type { WhenFunction } from './fixtures/when.ts'
import type { Health, RequestHandler } from './http/routes.ts'
import { handleUpgrades, type UpgradeHandler } from './http/upgrade.ts'
import { type ServerOptions, serverOptions } from './options.ts'
import type { Provider } from './provider.ts'

export type { Done, Intended, JournalEntry, Outcome } from './engine/journal.ts'

export type { Answer, Asked, When } from './fixtures/fixture.ts'
export type { Registered, Replying, WhenFunction } from './fixtures/when.ts'

export type MockServerOptions = Given<typeof serverOptions>

export interface MockServer extends RunningServer {
  /** Says what is answered from now on: `mock.when('weather').reply('Sunny.')`. */
  readonly when: WhenFunction
}

/** A server that was started. */
export interface RunningServer extends AsyncDisposable {
  /** The base URL for clients, `http://127.0.0.1:PORT/v1`. */
  readonly url: string
  /** The same without `/v1`, for /metrics and /healthz. */
  readonly origin: string
  readonly port: number
  /** The fixtures in force. */
  readonly fixtures: Fixtures
  /**
   * Forgets what `when` registered, and how often each fixture came into play: of one `x-tokadence-key`, or
   * everything. Fixtures of files stay.
   */
  reset(key?: string): void
  /** The journal: what was asked, intended and done, oldest first. */
  requests(): JournalEntry[]
  /**
   * Takes no new requests and waits until those in flight are over, at most `graceMs` (default 0).
   * What is left then is cut.
   */
  close(options?: { graceMs?: number }): Promise<void>
}

/** Resolves when the server listens and its first answer will be on time. Throws OptionError for a bad option or an address that is taken. */
export async function createMockServer(given: MockServerOptions = {}): Promise<MockServer> {
  const options = readOptions(
    serverOptions,
    { ...given, port: given.port ?? 0 },
    'createMockServer',
  )
  const [{ loadTokenizer }, { createWhen }] = await Promise.all([
    import('../protocol/tokens/tokenizer.ts'),
    import('./fixtures/when.ts'),
  ])
  await loadTokenizer('o200k_base')
  const server = await startMockServer(options)
  return Object.assign(server, { when: createWhen(server.fixtures) })
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
  const health = { ready: false, draining: false }
  const server = createServer({ noDelay: true })
  // Clients reuse a connection after a pause; one closed at that moment would be a reset to them.
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await listen(server, options)
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  const origin = `http://${host}:${port}`

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
  health.ready = true

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
    requests: () => provider.journal.entries(),
    fixtures: provider.fixtures,
    reset: key => provider.fixtures.reset(key),
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
  health: Health,
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
  const fixtures = await openFixtures(options, { clock: parts.clock, log })
  const provider = createProvider(options, { ...parts, dialect, fixtures })
  const handle = createRequestHandler(provider, health, await elsewhereOf(provider))
  return { provider, handle }
}

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

const KEEP_ALIVE_MS = 75_000
const BACKLOG = 4096
const SWEEP_MS = 20

function listen(server: Server, { port, host }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', cause => {
      const { code } = cause as NodeJS.ErrnoException
      const why =
        code === 'EADDRINUSE' ? 'is taken; choose another' : `cannot be listened on (${code})`
      reject(new OptionError('port', port, `${host}:${port} ${why}`, { cause }))
    })
    server.listen({ port, host, backlog: BACKLOG }, resolve)
  })
}
