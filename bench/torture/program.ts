/**
 * Anyone's own program as a client: it is told where the API is by OPENAI_BASE_URL and OPENAI_API_KEY, what to ask by its
 * last argument (and TOKADENCE_PROMPT), prints the text to stdout, and exits with 0 if it takes it for whole.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Clock, systemClock } from '../../base/clock.ts'
import type { Subject, Task, Told } from './witness.ts'

const MAX_TEXT = 1_000_000
const MAX_STDERR = 2000

/** `command` is a line for the shell. */
export function programSubject(command: string, environment: NodeJS.ProcessEnv): Subject {
  const running = new Set<ChildProcess>()
  return {
    name: 'exec',
    version: command,
    attempt: task => runOnce(command, { task, environment, running, clock: systemClock }),
    async [Symbol.asyncDispose]() {
      for (const child of running) killAll(child, 'SIGKILL')
    },
  }
}

interface Run {
  readonly task: Task
  readonly environment: NodeJS.ProcessEnv
  readonly running: Set<ChildProcess>
  readonly clock: Clock
}

async function runOnce(command: string, { task, environment, running, clock }: Run): Promise<Told> {
  const { question, stopAfterMs, patienceMs } = task
  const { baseURL, apiKey, prompt, timeoutMs } = question
  const startedAtMs = clock.nowMs()
  const isWindows = process.platform === 'win32'
  const options = {
    env: {
      ...environment,
      OPENAI_BASE_URL: baseURL,
      OPENAI_API_KEY: apiKey,
      TOKADENCE_PROMPT: prompt,
      TOKADENCE_TIMEOUT_MS: String(timeoutMs),
    },
    // A group of its own, so that what the shell starts is ended with it.
    detached: !isWindows,
    stdio: 'pipe' as const,
  }
  const child = isWindows
    ? spawn(command, { ...options, shell: true })
    : spawn('/bin/sh', ['-c', `${command} "$@"`, 'sh', prompt], options)
  running.add(child)
  child.stdin.end()
  child.stdin.on('error', () => undefined)
  let text = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', part => {
    if (text.length < MAX_TEXT) text += part
  })
  child.stderr.setEncoding('utf8').on('data', part => {
    stderr = `${stderr}${part}`.slice(-MAX_STDERR)
  })

  let isStopped = false
  let isHung = false
  const cancelStop =
    stopAfterMs === undefined
      ? undefined
      : clock.after(stopAfterMs, () => {
          isStopped = true
          killAll(child, 'SIGINT')
        })
  const cancelPatience = clock.after(patienceMs, () => {
    isHung = true
    killAll(child, 'SIGKILL')
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  cancelStop?.()
  cancelPatience()
  running.delete(child)
  const told = { text, ms: clock.nowMs() - startedAtMs }
  if (isHung) return { ...told, ended: 'hung' }
  if (code === 0) return { ...told, ended: 'ok' }
  const how = code === null ? `ended by ${signal}` : `exit code ${code}`
  const said = stderr.trim().split('\n').at(-1) ?? ''
  const error = said === '' ? how : `${how}: ${said.slice(0, 200)}`
  return { ...told, ended: code === null && !isStopped ? 'crashed' : 'error', error }
}

function killAll({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch (error) {
    // It is over already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
