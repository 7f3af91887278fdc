/**
 * A process with one client in it: `worker NAME FOLDER…`. Says its version, then answers each task with what the
 * client told; many may run at once. What the client does to the process is seen from outside.
 */
import { type Clock, systemClock } from '../../base/clock.ts'
import { clients } from './clients.ts'
import type { Adapter, Task, Told } from './witness.ts'

export type ToWorker = { readonly id: number; readonly task: Task }
export type FromWorker =
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'told'; readonly id: number; readonly told: Told }

const say = (message: FromWorker) => process.send?.(message)

/** How long a client that is told to stop may take to do so, ms. */
const GRACE_MS = 300

async function tellOf({ ask }: Adapter, task: Task, clock: Clock): Promise<Told> {
  const { question, stopAfterMs, patienceMs } = task
  const stop = new AbortController()
  const startedAtMs = clock.nowMs()
  let text = ''
  const told = (rest: Pick<Told, 'ended' | 'error'>): Told => ({
    ...rest,
    text,
    ms: clock.nowMs() - startedAtMs,
  })

  const asked = ask({ ...question, signal: stop.signal }, piece => {
    text += piece
  }).then(
    () => told({ ended: 'ok' }),
    (error: unknown) => told({ ended: 'error', error: wordsOf(error) }),
  )
  const cancelStop =
    stopAfterMs === undefined ? undefined : clock.after(stopAfterMs, () => stop.abort())
  let cancelPatience: (() => void) | undefined
  const patience = new Promise<Told>(resolve => {
    cancelPatience = clock.after(patienceMs, () => {
      const hung = told({ ended: 'hung' })
      resolve(hung)
      stop.abort()
    })
  })
  const first = await Promise.race([asked, patience])
  cancelStop?.()
  cancelPatience?.()
  if (first.ended === 'hung') {
    await Promise.race([asked, new Promise<void>(resolve => clock.after(GRACE_MS, resolve))])
  }
  return first
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const words = `${error.constructor.name}: ${error.message}`.replaceAll(/\s+/g, ' ')
  return words.length > 200 ? `${words.slice(0, 200)}…` : words
}

const [name, ...folders] = process.argv.slice(2)
const adapter = await clients.find(client => client.name === name)?.load(folders)
if (adapter) {
  process.on('message', async ({ id, task }: ToWorker) => {
    say({ kind: 'told', id, told: await tellOf(adapter, task, systemClock) })
  })
  say({ kind: 'ready', version: adapter.version })
} else say({ kind: 'missing' })
