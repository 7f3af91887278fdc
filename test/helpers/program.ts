/** `tokadence` as a process of its own: the build where it is as new as the sources, which starts in a fifth of the time, else the sources. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What Node is started with. */
export const programArguments: readonly string[] = isBuilt()
  ? [join(root, 'dist/cli/main.js')]
  : ['--import', fileURLToPath(import.meta.resolve('tsx')), join(root, 'cli/main.ts')]

function isBuilt(): boolean {
  const rooms = ['base', 'protocol', 'mock-server', 'client', 'bench', 'cli']
  const builtAtMs = changedAtMs('dist/cli/main.js')
  return rooms.flatMap(sourcesIn).every(path => changedAtMs(path) <= builtAtMs)
}

/** Not what is made of them, such as the SDK's surface. */
function sourcesIn(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter(path => /\.(ts|yaml)$/.test(path))
    .map(path => join(room, path))
}

function changedAtMs(path: string): number {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

export interface Program extends AsyncDisposable {
  readonly process: ChildProcess
  /** What it has written so far. */
  readonly stdout: string
  readonly stderr: string
  /** Resolves to the exit code when it is over and all it wrote is here; null: ended by a signal. */
  readonly exit: Promise<number | null>
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Killed when disposed, if it still runs. Of the environment only PATH is passed on. */
export function startProgram(
  args: readonly string[],
  { env = {}, cwd }: ProgramOptions = {},
): Program {
  const child = spawn(process.execPath, [...programArguments, ...args], {
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.on('data', part => {
    written.stdout += part
  })
  child.stderr.on('data', part => {
    written.stderr += part
  })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  return {
    process: child,
    get stdout() {
      return written.stdout
    },
    get stderr() {
      return written.stderr
    },
    exit,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exit
    },
  }
}

/** Runs to its end. */
export async function runProgram(args: readonly string[], options?: ProgramOptions) {
  await using program = startProgram(args, options)
  const code = await program.exit
  return { code, stdout: program.stdout, stderr: program.stderr }
}

/** `serve` on a free port, when it listens. `url`: with /v1. */
export async function startServe(args: readonly string[] = [], options?: ProgramOptions) {
  const program = startProgram(['serve', '--port', '0', ...args], options)
  const url = await eventually(() => {
    const found = /^export OPENAI_BASE_URL=(.+)$/m.exec(program.stdout)?.[1]
    if (found === undefined && program.process.exitCode !== null) {
      throw new Error(`serve ended: ${program.stderr}`)
    }
    return found
  }, 30_000)
  return { program, url, origin: url.slice(0, -'/v1'.length) }
}
