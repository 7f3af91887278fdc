/** `tokadence relay`: browsers stream through it, and the key stays here; until it is told to stop. */
import { relayOptions } from '../client/relay/options.ts'
import { defineCommand, exitCode } from './command.ts'

/** How long runs in flight may go on after SIGTERM. */
const GRACE_MS = 30_000

export const command = defineCommand({
  name: 'relay',
  summary:
    'lets browsers stream from an API without its key: runs that survive reloads, and a page',
  options: relayOptions,

  async run({ options, signal, stdout, stderr }) {
    const { startRelay } = await import('../client/relay/relay.ts')
    const relay = await startRelay(options, { write: line => stderr.write(`${line}\n`) })
    stdout.write(`${relay.origin}/\n`)
    stderr.write(`relays to ${options.url}, model ${options.model}\n`)
    if (!signal.aborted) {
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    }
    stderr.write('draining: runs in flight go on\n')
    await relay.close({ graceMs: GRACE_MS })
    return signal.reason === 'SIGINT' ? exitCode.interrupted : exitCode.ok
  },
})
