/** The front door: `await using mock = await createMockServer({ ttft: '50ms' })`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../base/clock.ts'
import { OptionError } from '../base/option-error.ts'
import { type Given, readOptions } from '../base/option-table.ts'
import type { JournalEntry } from './engine/journal.ts'
import type { Health, RequestHandler } from './http/routes.ts'
import { type ServerOptions, serverOptions } from './options.ts'
import type { Provider } from './provider.ts'

export type { Done, Intended, JournalEntry, Outcome } from './engine/journal.ts'

export type MockServerOptions = Given<typeof serverOptions>

export interface MockServer extends AsyncDisposable {
  /** The base URL for clients, `http://127.0.0.1:PORT/v1`. */
  readonly url: string
  /** The same without `/v1`, for /metrics and /healthz. */
  readonly origin: string
  readonly port: number
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
  const { loadTokenizer } = await import('../protocol/tokens/tokenizer.ts')
  await loadTokenizer('o200k_base')
  return startMockServer(options)
}

/**
 * The same with options that are read already, and where the log goes.
 * Listens first and loads the rest then: connections are accepted in a third of the time, and a request
 * that comes before the rest is there waits for it.
 */
export async function startMockServer(
  options: ServerOptions,
  { clock = systemClock, write = () => {} }: { clock?: Clock; write?: (line: string) => void } = {},
): Promise<MockServer> {
  const health = { ready: false, draining: false }
  const server = createServer({ noDelay: true })
  // Clients reuse a connection after a pause; one closed at that moment would be a reset to them.
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await listen(server, options)

  const loading = load(options, { clock, write }, health)
  server.on('request', early)
  const { provider, handle } = await loading
  server.off('request', early)
  server.on('request', handle)
  health.ready = true

  function early(request: IncomingMessage, response: ServerResponse): void {
    loading.then(
      loaded => loaded.handle(request, response),
      error => response.destroy(error),
    )
  }

  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  const origin = `http://${host}:${port}`
  let closing: Promise<void> | undefined

  async function drain(graceMs: number): Promise<void> {
    health.ready = false
    health.draining = true
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    // A connection goes idle when its answer is over; until then it is waited for.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
    await closed
    clearInterval(sweep)
    clearTimeout(cut)
    provider.metrics.close()
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
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

async function load(
  options: ServerOptions,
  parts: { clock: Clock; write: (line: string) => void },
  health: Health,
): Promise<{ provider: Provider; handle: RequestHandler }> {
  const [{ createProvider }, { createRequestHandler }] = await Promise.all([
    import('./provider.ts'),
    import('./http/routes.ts'),
  ])
  const provider = createProvider(options, parts)
  return { provider, handle: createRequestHandler(provider, health) }
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
