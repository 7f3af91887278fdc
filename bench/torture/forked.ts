/**
 * A client in a process of its own. If the process ends or no longer answers, what was under way in it is tried once
 * more, each alone: so a client that takes its process down loses that trial and no other.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '../../base/clock.ts'
import type { Subject, Task, Told } from './witness.ts'
import type { FromWorker, ToWorker } from './worker.ts'

export interface ForkOptions {
  /** Where packages are looked for, in order. */
  readonly folders: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

/** The sources have workers of TypeScript, a build has JavaScript. */
const workerPath = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
)
/** How long a worker may be late with its answer before it counts as blocked, ms. */
const LATE_MS = 3000
const MAX_STDERR = 2000

/** Undefined: its packages are not there. Rejects when the worker cannot be started. */
export async function forkClient(name: string, options: ForkOptions): Promise<Subject | undefined> {
  const clock = systemClock
  const shared = await startWorker(name, options, clock)
  if (!shared) return undefined
  const open = new Set([shared])
  let isClosed = false

  async function alone(task: Task): Promise<Told> {
    const worker = isClosed ? undefined : await startWorker(name, options, clock)
    if (!worker) return { text: '', ended: 'crashed', error: 'It does not start.', ms: 0 }
    open.add(worker)
    if (isClosed) await worker.close()
    const answer = await worker.attempt(task)
    await worker.close()
    open.delete(worker)
    return answer.kind === 'told' ? answer.told : { text: '', ...answer.instead }
  }

  return {
    name,
    version: shared.version,
    async attempt(task) {
      if (shared.isGone) return await alone(task)
      const answer = await shared.attempt(task)
      return answer.kind === 'told' ? answer.told : await alone(task)
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      await Promise.all([...open].map(worker => worker.close()))
    },
  }
}

type Answer =
  | { readonly kind: 'told'; readonly told: Told }
  | { readonly kind: 'lost'; readonly instead: Omit<Told, 'text'> }

async function startWorker(name: string, { folders, environment }: ForkOptions, clock: Clock) {
  const child = fork(workerPath, [name, ...folders], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let stderr = ''
  child.stderr?.on('data', part => {
    stderr = `${stderr}${part}`.slice(-MAX_STDERR)
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  let nextId = 1
  let isGone = false
  const exited = once(child, 'exit')
  const first = await new Promise<FromWorker>((resolve, reject) => {
    child.once('message', resolve)
    child.once('error', reject)
    exited.then(() => reject(new Error(`${name} does not start: ${lastLine(stderr)}`)), reject)
  })
  if (first.kind !== 'ready') {
    await end(child, exited)
    return undefined
  }
  child.on('message', (message: FromWorker) => {
    if (message.kind === 'told') waiting.get(message.id)?.({ kind: 'told', told: message.told })
  })
  exited.then(() => {
    isGone = true
    const instead = { ended: 'crashed', error: lastLine(stderr), ms: 0 } as const
    for (const settle of waiting.values()) settle({ kind: 'lost', instead })
  })

  return {
    version: first.version,
    get isGone() {
      return isGone
    },
    async attempt(task: Task): Promise<Answer> {
      const id = nextId++
      const limitMs = task.patienceMs + LATE_MS
      const answer = new Promise<Answer>(resolve => waiting.set(id, resolve))
      const cancel = clock.after(limitMs, () => {
        waiting.get(id)?.({ kind: 'lost', instead: { ended: 'hung', ms: limitMs } })
        child.kill('SIGKILL')
      })
      if (isGone) waiting.get(id)?.({ kind: 'lost', instead: { ended: 'crashed', ms: 0 } })
      else child.send({ id, task } satisfies ToWorker, () => undefined)
      const got = await answer
      cancel()
      waiting.delete(id)
      return got
    },
    close: () => end(child, exited),
  }
}

async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL')
  await exited
}

/** What a process that died had to say. */
function lastLine(stderr: string): string {
  const lines = stderr.split('\n').map(line => line.trim())
  return lines.find(line => /^\w*Error\b/.test(line)) ?? lines.findLast(line => line) ?? 'no words'
}
