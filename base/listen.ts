/** A server that listens, or says in words why it cannot. */
import type { Server } from 'node:net'
import { OptionError } from './option-error.ts'

export interface Address {
  readonly port: number
  readonly host: string
  /** Connections that may wait to be accepted; undefined: the system's default. */
  readonly backlog?: number
}

/** Resolves when the server listens. Throws OptionError for an address that is taken or cannot be had. */
export function listen(server: Server, { port, host, backlog }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', cause => {
      const { code } = cause as NodeJS.ErrnoException
      const why =
        code === 'EADDRINUSE' ? 'is taken; choose another' : `cannot be listened on (${code})`
      reject(new OptionError('port', port, `${host}:${port} ${why}`, { cause }))
    })
    server.listen({ port, host, ...(backlog === undefined ? {} : { backlog }) }, resolve)
  })
}
