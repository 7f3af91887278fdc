/** One connect before the load: a target that is not there is said at once, and once. */
import { connect } from 'node:net'

export class TargetUnreachable extends Error {
  override readonly name = 'TargetUnreachable'
  readonly url: string
  constructor(url: string, why: string, options?: { cause: unknown }) {
    super(`${url} cannot be reached: ${why}. Is the server up? (--url or OPENAI_BASE_URL)`, options)
    this.url = url
  }
}

const connectTimeoutMs = 5000

/** Resolves when the URL's host takes a TCP connection; rejects with TargetUnreachable. */
export function checkReachable({ href, hostname, port, protocol }: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
      timeout: connectTimeoutMs,
    })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => {
      socket.destroy()
      reject(new TargetUnreachable(href, `no connection within ${connectTimeoutMs / 1000} s`))
    })
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new TargetUnreachable(href, cause.code ?? cause.message, { cause }))
    })
  })
}
