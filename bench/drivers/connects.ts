/** Counts the connections that the process opens to one host through undici, which tells of every one. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

export interface Connects {
  readonly count: number
  stop(): void
}

const channel = 'undici:client:connected'

export function countConnects({ host }: URL): Connects {
  let count = 0
  function connected(message: unknown): void {
    const { connectParams } = message as { connectParams?: { host?: string } }
    if (connectParams?.host === host) count++
  }
  subscribe(channel, connected)
  return {
    get count() {
      return count
    },
    stop: () => unsubscribe(channel, connected),
  }
}
