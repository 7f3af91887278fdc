/** One worker as the main thread knows it: what it last said of itself, and how it ended. */
import { type GeneratorHealth, unknownHealth } from '../generator.ts'
import { type Batch, type FromWorker, type ToWorker, told } from './messages.ts'

/** What of a thread is used. */
export interface Thread {
  postMessage(message: ToWorker): void
  on(event: 'message', listener: (message: FromWorker) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  terminate(): Promise<unknown>
}

export interface Employed {
  readonly thread: Thread
  readonly ready: Promise<void>
  /** Its thread has ended; never rejects. */
  readonly gone: Promise<void>
  readonly connectionsOpened: number
  readonly health: GeneratorHealth
}

export interface Employer {
  take(batch: Batch): void
  /** It is lost, or cannot go on. */
  onBroken(error: Error): void
}

/** `name`: as errors call it. */
export function employ(thread: Thread, name: string, { take, onBroken }: Employer): Employed {
  let connectionsOpened = 0
  let health = unknownHealth
  let hasStopped = false
  let begun: () => void
  let failed: (error: Error) => void
  let left: () => void
  const ready = new Promise<void>((resolve, reject) => {
    begun = resolve
    failed = reject
  })
  // Whoever waits for all of them hears of the first that fails only.
  ready.catch(() => {})
  const gone = new Promise<void>(resolve => {
    left = resolve
  })
  function lose(error: Error): void {
    failed(error)
    onBroken(error)
  }

  thread.on('message', message => {
    switch (message.type) {
      case 'ready':
        begun()
        break
      case 'batch':
        connectionsOpened = message.batch.connectionsOpened
        take(message.batch)
        break
      case 'health':
        health = message.health
        break
      case 'refused':
        lose(told(message.error))
        break
      case 'stopped':
        health = message.health
        hasStopped = true
    }
  })
  thread.on('error', cause => {
    hasStopped = true
    lose(new Error(`${name} failed: ${cause.message}`, { cause }))
  })
  thread.on('exit', code => {
    if (!hasStopped) lose(new Error(`${name} ended by itself, with code ${code}`))
    left()
  })
  return {
    thread,
    ready,
    gone,
    get connectionsOpened() {
      return connectionsOpened
    },
    get health() {
      return health
    },
  }
}
