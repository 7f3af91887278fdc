/** The open loop's punctuality: how late requests are sent after they were due, at a rate and in a replayed trace. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../base/random.ts'
import { cli, startMock, witness } from './processes.ts'
import { type Finding, finding } from './report.ts'

const PORT = 4871
/** Requests of the trace, over 8 s. */
const ROWS = 2000

export async function* measureArrivals(): AsyncGenerator<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'tokadence-arrivals-'))
  try {
    const trace = join(folder, 'trace.csv')
    const random = createRandom('arrivals')
    const atMs = Array.from({ length: ROWS }, () => random.next() * 8000).sort((a, b) => a - b)
    writeFileSync(trace, `atMs\n${atMs.map(ms => ms.toFixed(3)).join('\n')}\n`)
    for (const arrivals of ['constant', 'poisson']) {
      const load = ['--rate', '1000', '--arrivals', arrivals, '--duration', '8s']
      yield await lateness(`1,000 a second, ${arrivals}`, load)
    }
    yield await lateness(`a trace of ${ROWS} requests`, ['--trace', trace])
    yield await lateness('50 a second', ['--rate', '50', '--duration', '8s'])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function lateness(what: string, load: readonly string[]): Promise<Finding> {
  await using _ = await startMock(PORT, '--ttft', '20ms', '--itl', '5ms', '--tokens', '4')
  const target = ['--url', `http://127.0.0.1:${PORT}/v1`, '--warmup', '3s', '--prompt', 'Hello']
  const trust = ['--calibrate', '0s', '--invalid', 'warn']
  const found = await witness(process.execPath, [
    cli,
    'bench',
    ...target,
    ...load,
    ...trust,
    '--json',
    '-',
  ])
  const { counts, lagMs, generator } = JSON.parse(found)
  const shown = ['p50', 'p99', 'max'].map(name => `${name} ${lagMs[name].toFixed(2)}`).join(', ')
  return finding(
    `lag at ${what}`,
    `${shown} ms, ${counts.ok} of ${counts.sent} ok, ${Math.round(generator.cpuRatio * 100)} % of a core`,
    'p99 under 2 ms, no failure, none dropped',
    lagMs.p99 < 2 && counts.failed + counts.cut + counts.dropped === 0,
  )
}
