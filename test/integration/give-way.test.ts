/** Threads of a process on one core: those that help give way, the one that works does not. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const module = fileURLToPath(new URL('../../cli/give-way.ts', import.meta.url))
const show = `
  import { readdirSync, readFileSync } from 'node:fs'
  import { helpersGiveWay } from ${JSON.stringify(module)}
  const niceOf = thread => {
    const stat = readFileSync('/proc/self/task/' + thread + '/stat', 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
  }
  helpersGiveWay()
  const threads = readdirSync('/proc/self/task').map(Number)
  const others = threads.filter(thread => thread !== process.pid)
  console.log(JSON.stringify({ own: niceOf(process.pid), others: others.map(niceOf) }))`

async function nicenessOn(cores: string) {
  const args = ['-c', cores, process.execPath, '--import', 'tsx', '--input-type=module', '-e', show]
  const { stdout } = await promisify(execFile)('taskset', args)
  return JSON.parse(stdout) as { own: number; others: number[] }
}

/** Such as `0-3,8`. */
const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(
  process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '',
)?.[1]

it.runIf(allowed !== undefined)('on one core the helpers give way', async () => {
  const { own, others } = await nicenessOn(allowed!.match(/\d+/)![0])
  expect(own).toBe(0)
  expect(others.length).toBeGreaterThan(0)
  expect(new Set(others)).toEqual(new Set([19]))
})

if (allowed !== undefined && /[-,]/.test(allowed)) {
  it('where there are more they do not', async () => {
    const { own, others } = await nicenessOn(allowed)
    expect([own, ...new Set(others)]).toEqual([0, 0])
  })
}
