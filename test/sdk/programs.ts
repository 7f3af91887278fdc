/** The SDKs' programs: which are built, and how each is run. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Servers } from './servers.ts'
import type { Verdict } from './verdict.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const MAX_RUN_MS = 120_000

export interface SdkProgram {
  /** What is not here, and how to get it; undefined: it can be run. */
  readonly missing: string | undefined
  /** What it prints, which is JSON. Throws with its words when it fails or takes over two minutes. */
  run(servers: Servers): Promise<unknown>
}

/** What it prints is its verdict. */
export async function verdictOf(program: SdkProgram, servers: Servers): Promise<Verdict> {
  return (await program.run(servers)) as Verdict
}

/** `isNewer`: needs a Node newer than the oldest that is supported. */
export function nodeProgram(file: string, { isNewer = false } = {}): SdkProgram {
  const node = isNewer ? newerNode() : process.execPath
  const isThere = existsSync(`${folder}node_modules`) && existsSync(node)
  return program(node, [`node/${file}`], isThere ? undefined : 'node')
}

export function pythonProgram(): SdkProgram {
  const python = `${folder}python/.venv/bin/python`
  return program(python, ['python/check.py'], existsSync(python) ? undefined : 'python')
}

export function goProgram(): SdkProgram {
  const check = `${folder}go/check`
  return program(check, [], existsSync(check) ? undefined : 'go')
}

export function javaProgram(): SdkProgram {
  const classes = ['java/target/check.jar', 'java/target/libraries/*']
  const isThere = existsSync(`${folder}${classes[0]}`) && !spawnSync('java', ['-version']).error
  return program('java', ['-cp', classes.join(':'), 'Check'], isThere ? undefined : 'java')
}

/** openai 7 wants Node 22; where this Node is older, one comes with the packages. */
function newerNode(): string {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major >= 22) return process.execPath
  return `${folder}node_modules/node-${process.platform}-${process.arch}/bin/node`
}

function program(command: string, args: readonly string[], unbuilt?: string): SdkProgram {
  return {
    missing: unbuilt && `it is not built; test/sdk/build ${unbuilt}`,
    run: servers => runForJson(command, args, servers.env),
  }
}

/** With nothing of this process' environment that could reach a real provider. */
async function runForJson(
  command: string,
  args: readonly string[],
  own: Readonly<Record<string, string>>,
): Promise<unknown> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH, HOME, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MAX_RUN_MS,
    killSignal: 'SIGKILL',
  })
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      written[name] += part
    })
  }
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${written.stderr}`)
  return JSON.parse(written.stdout)
}
