/** Programs under measurement: started on a core of their own, asked to stop, waited for. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { availableParallelism, constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
export const cli = join(root, 'dist/cli/main.js')

/** The server under test has a core of its own, what measures it another. */
export type Core = 'server' | 'witness'

function pinned(core: Core, command: string, args: readonly string[]): [string, string[]] {
  if (!hasTaskset) return [command, [...args]]
  return ['taskset', ['-c', core === 'server' ? '0' : '1', command, ...args]]
}

const hasTaskset = (() => {
  if (availableParallelism() < 2) return false
  try {
    execFileSync('taskset', ['-c', '0', 'true'])
    return true
  } catch {
    return false // not Linux, or not installed: the ratios are then noisier
  }
})()

export interface Running extends AsyncDisposable {
  readonly pid: number
  /** Resident memory in MB. */
  residentMegabytes(): number
}

/** Starts a server and resolves when `port` accepts connections. */
export async function startServer(
  port: number,
  command: string,
  args: readonly string[],
): Promise<Running> {
  const running = start('server', command, args)
  await untilAccepting(port)
  return running
}

/** Starts a program on the witness' core, which prints to nobody. */
export function startWitness(command: string, args: readonly string[]): Running {
  return start('witness', command, args)
}

function start(core: Core, command: string, args: readonly string[]): Running {
  const child = spawn(...pinned(core, command, args), { stdio: 'ignore' })
  const pid = child.pid!
  return {
    pid,
    residentMegabytes: () => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
    },
    [Symbol.asyncDispose]: () => stop(child),
  }
}

/** Starts our own server with these flags on `port`. */
export function startMock(port: number, ...flags: string[]): Promise<Running> {
  const args = [cli, 'serve', '--port', String(port), '--log-level', 'silent', ...flags]
  return startServer(port, process.execPath, args)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 3000)
  await exited
  clearTimeout(force)
}

/** Resolves when something listens on the loopback `port`; looks every 2 ms, for a minute. */
export async function untilAccepting(port: number): Promise<void> {
  const giveUpAtMs = performance.now() + 60_000
  while (performance.now() < giveUpAtMs) {
    const accepted = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (accepted) return
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  throw new Error(`Nothing listened on port ${port} within a minute.`)
}

/**
 * Runs a program on the witness' core to its end and gives what it printed. `isFirst`: before others on that core, where
 * the system allows it. `mayEndWith`: exit codes that are no failure.
 */
export function witness(
  command: string,
  args: readonly string[],
  { isFirst = false, mayEndWith = [0] }: { isFirst?: boolean; mayEndWith?: readonly number[] } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(...pinned('witness', command, args), {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (isFirst) hurry(child.pid!)
    let out = ''
    child.stdout!.on('data', data => {
      out += data
    })
    child.once('error', reject)
    child.once('exit', code =>
      mayEndWith.includes(code ?? -1)
        ? resolve(out)
        : reject(new Error(`${command} ended with ${code}`)),
    )
  })
}

function hurry(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH)
  } catch {
    // Only for the superuser: what it measures has the other's load in it then.
  }
}

export interface Witnesses {
  /** A C server that streams with known timing: `sse-limit PORT TOKENS TTFT_MS ITL_MS`. */
  readonly limit: string
  /** A C client that stamps every event: `sse-probe PORT CONNS SECONDS PATH BODY …`. */
  readonly probe: string
}

/** The C programs, compiled when their sources and a compiler are there; see README.md beside this file. */
export function buildWitnesses(): Witnesses | undefined {
  const places = [process.env.LIMIT_DIR, join(root, 'limit'), join(root, '../shared/limit')]
  const folder = places.find(place => place && existsSync(join(place, 'sse-limit.c')))
  if (!folder) return undefined
  const out = mkdtempSync(join(tmpdir(), 'tokadence-perf-'))
  const build = (name: string) => {
    execFileSync('gcc', ['-O2', '-o', join(out, name), join(folder, `${name}.c`)])
    return join(out, name)
  }
  return { limit: build('sse-limit'), probe: build('sse-probe') }
}

export interface Probe {
  readonly tokensPerSecond: number
  readonly requestsPerSecond: number
  readonly errors: number
  readonly ttftMs: Spread
  readonly gapMs: Spread
  readonly lateMs: Spread
}
export interface Spread {
  readonly n: number
  readonly mean: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const body = JSON.stringify({
  model: 'gpt-4o',
  stream: true,
  messages: [{ role: 'user', content: 'hi' }],
})

export interface ProbeOptions {
  readonly connections: number
  readonly seconds: number
  readonly itlMs: number
  readonly staggerMs: number
  /** See `witness`. */
  readonly isFirst?: boolean
}

/** Streams over `connections`, out of step with each other, after a warm-up. */
export async function probe(
  { probe: program }: Witnesses,
  port: number,
  options: ProbeOptions,
): Promise<Probe> {
  const { connections, seconds, itlMs, staggerMs, isFirst = false } = options
  const warmUpS = Math.ceil(staggerMs / 1000) + 2
  const args = [port, connections, seconds, '/v1/chat/completions', body, warmUpS, staggerMs, itlMs]
  return JSON.parse(await witness(program, args.map(String), { isFirst }))
}
