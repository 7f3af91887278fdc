/**
 * A worker: a thread with a part of the load, from its own work to its own sockets. It is told when to begin and when to
 * end, and tells what becomes of its requests.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../base/clock.ts'
import { OptionError } from '../../base/option-error.ts'
import { type FromWorker, type Hiring, type ToWorker, tellable } from './messages.ts'
import { startPart } from './part.ts'

export type { Hiring } from './messages.ts'

const port = parentPort!
const say = (message: FromWorker) => port.postMessage(message)

try {
  const part = await startPart(workerData as Hiring, { clock: systemClock, say })
  // Also where it ends by an error of its own, or by a script's.
  process.once('exit', part.flush)
  port.on('message', async (message: ToWorker) => {
    switch (message.type) {
      case 'begin':
        part.begin(message.atMs)
        break
      case 'drain':
        part.drain()
        break
      case 'finish':
        part.finish()
        break
      case 'stop':
        await part.stop()
        // Nothing keeps the thread now.
        port.close()
    }
  })
  say({ type: 'ready' })
} catch (error) {
  if (!(error instanceof OptionError)) throw error
  say({ type: 'refused', error: tellable(error) })
}
