/** From spawn to the first accepted connection: `serve` against a bare node:http script. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cli, untilAccepting } from './processes.ts'
import { type Finding, finding, medianOf } from './report.ts'

const TARGET = 2.5
const ROUNDS = 9
const bare = fileURLToPath(new URL('bare-json.mjs', import.meta.url))

export async function* measureStartup(): AsyncGenerator<Finding> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await timeToAccept(4831, [bare, '4831', '{}']))
    ours.push(await timeToAccept(4832, [cli, 'serve', '--port', '4832']))
  }
  const ratio = medianOf(ours) / medianOf(theirs)
  yield finding(
    'start to first connection',
    `${ratio.toFixed(2)} × a bare script (${medianOf(ours).toFixed(0)} ms against ${medianOf(theirs).toFixed(0)} ms)`,
    `at most ${TARGET} ×`,
    ratio <= TARGET,
  )
}

async function timeToAccept(port: number, args: string[]): Promise<number> {
  const startMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  await untilAccepting(port)
  const tookMs = performance.now() - startMs
  const exited = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
  return tookMs
}
