/** What the bench costs the machine that it measures on: CPU a token against autocannon alone, and memory over an hour's samples. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cli, startMock, startServer, startWitness, type Witnesses, witness } from './processes.ts'
import { type Finding, finding, medianOf } from './report.ts'

const ROUNDS = 3
const CONNECTIONS = 250
const SECONDS = 8
const PORT = 4881
/** Twenty requests a second for an hour, sixty times as fast. */
const HOUR = { requestsPerSecond: 1200, seconds: 60 }
const reader = fileURLToPath(new URL('read-with.ts', import.meta.url))

export async function* measureEfficiency(witnesses: Witnesses): AsyncGenerator<Finding> {
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // Both at once, so that what disturbs the one disturbs the other; each has a server of its own.
    const [bench, bare] = await Promise.all([
      cpuOf(witnesses, 'bench', PORT),
      cpuOf(witnesses, 'autocannon', PORT + 1),
    ])
    ratios.push(bench / bare)
  }
  const median = medianOf(ratios)
  yield finding(
    `bench's CPU a token at ${CONNECTIONS} streams`,
    `${median.toFixed(2)} of autocannon alone (${ratios.map(ratio => ratio.toFixed(2)).join(', ')})`,
    'at most 1.3',
    median <= 1.3,
  )
  yield await measureMemory()
}

async function cpuOf(
  { limit }: Witnesses,
  how: 'bench' | 'autocannon',
  port: number,
): Promise<number> {
  await using _ = await startServer(port, limit, [port, 64, 200, 20].map(String))
  const args = ['--import', 'tsx', reader, how, port, CONNECTIONS, SECONDS].map(String)
  return Number(await witness(process.execPath, args))
}

/** Resident memory of a run, looked at every second: its last third against its second. */
async function measureMemory(): Promise<Finding> {
  const { requestsPerSecond, seconds } = HOUR
  const folder = mkdtempSync(join(tmpdir(), 'tokadence-efficiency-'))
  await using _ = await startMock(PORT, '--ttft', '5ms', '--itl', '1ms', '--tokens', '8')
  try {
    await using bench = startWitness(process.execPath, [
      ...[cli, 'bench', '--url', `http://127.0.0.1:${PORT}/v1`, '--prompt', 'Hello'],
      ...['--rate', `${requestsPerSecond}`, '--duration', `${seconds}s`, '--warmup', '2s'],
      ...['--calibrate', '0s', '--invalid', 'warn', '--samples', join(folder, 'samples.ndjson')],
    ])
    const megabytes: number[] = []
    for (let second = 0; second < seconds; second++) {
      await new Promise(resolve => setTimeout(resolve, 1000))
      megabytes.push(bench.residentMegabytes())
    }
    const third = Math.floor(seconds / 3)
    const early = meanOf(megabytes.slice(third, 2 * third))
    const late = meanOf(megabytes.slice(2 * third))
    return finding(
      `bench's memory over ${requestsPerSecond * seconds} requests in ${seconds} s`,
      `${(late / early).toFixed(2)} (${early.toFixed(0)} MB in the second third, ${late.toFixed(0)} in the last)`,
      'at most 1.1, and under 300 MB',
      late / early <= 1.1 && late < 300,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
