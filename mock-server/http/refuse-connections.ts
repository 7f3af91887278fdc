/** Nobody listens for a time, as while a server is started anew: connections are refused. */
import type { Server } from 'node:net'
import type { Provider } from '../provider.ts'
import type { Exchange } from './exchange.ts'

/** Requests in flight go on. Does nothing while connections are refused already. */
export function refuseConnections({ request, provider }: Exchange, forMs: number): void {
  // Set by Node on each connection of an HTTP server.
  const { server } = request.socket as { server?: Server }
  const address = server?.address()
  if (!server || !address || typeof address === 'string') return
  const { port, address: host } = address
  server.close()
  const pauses = provider.shared(createPauses)
  let cancel = provider.clock.after(forMs, () => again(0))
  pauses.add(stop)
  function stop(): void {
    cancel()
  }
  function again(tries: number): void {
    const failed = (error: NodeJS.ErrnoException) => {
      // Its port may be another's by now, if only as the near end of a connection that somebody makes.
      if (error.code === 'EADDRINUSE' && tries < MAX_TRIES) {
        cancel = provider.clock.after(AGAIN_MS, () => again(tries + 1))
        return
      }
      pauses.delete(stop)
      // Whoever runs the server is told, and what is open goes on.
      provider.log('error', `cannot listen again: ${error.message}`)
    }
    server!.once('error', failed)
    server!.listen({ port, host, backlog: BACKLOG }, () => {
      server!.off('error', failed)
      pauses.delete(stop)
    })
  }
}

const AGAIN_MS = 20
/** Ten seconds of them. */
const MAX_TRIES = 500

const BACKLOG = 4096

/** What ends each pause without listening again; called when the server closes. */
function createPauses(provider: Provider): Set<() => void> {
  const pauses = new Set<() => void>()
  provider.onDrain(() => {
    for (const cancel of pauses) cancel()
  })
  return pauses
}
