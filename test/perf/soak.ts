/** Fifty thousand hostile requests: every answer a valid one, no failure of the server's own, and its memory flat after the warm-up. */
import { attack } from '../helpers/hostile-client.ts'
import { type Running, startMock } from './processes.ts'
import { type Finding, finding } from './report.ts'

const PORT = 4841
const REQUESTS = Number(process.env.SOAK_REQUESTS ?? 50_000)
const LANES = 4
/** The first third warms code and caches. */
const STAGES = 12
const WARM_STAGES = 4
const GROWTH = 1.1

/** The engine, limits, a small store of everything: whatever holds something is held to it. */
const options = [
  ...['--ttft', '0', '--itl', '0', '--tokens', '12', '--reasoning', '8', '--batch-time', '20ms'],
  ...['--slots', '64', '--rpm', '100000000', '--tpm', '100000000000', '--journal', '500'],
]

export async function* measureSoak(): AsyncGenerator<Finding> {
  await using server = await startMock(PORT, ...options)
  const faults: string[] = []
  const sizes: number[] = []
  let answered = 0
  const startMs = performance.now()
  for (let stage = 0; stage < STAGES; stage++) {
    const requests = Math.ceil(REQUESTS / STAGES / LANES)
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      attack({ port: PORT, dialect: 'openai', seed: stage * LANES + lane, requests, aborts: 8 }),
    )
    for (const { faults: found, statuses } of await Promise.all(lanes)) {
      faults.push(...found)
      for (const [status, count] of statuses) if (status > 0) answered += count
    }
    // What clients stored is kept within bounds, but kept: it is no leak.
    await fetch(`http://127.0.0.1:${PORT}/_tokadence/reset`, { method: 'POST' })
    sizes.push(await settledSize(server))
  }
  const seconds = (performance.now() - startMs) / 1000
  const failures = await internalErrors()
  if (faults.length > 0) process.stdout.write(`${faults.slice(0, 3).join('\n\n')}\n`)
  const rate = `${REQUESTS} in ${seconds.toFixed(0)} s, ${answered} of them answered`
  yield finding(
    'hostile requests',
    `${rate}: ${faults.length} wrong answers, ${failures} failures of its own`,
    'none',
    faults.length + failures === 0,
  )
  const warm = meanOf(sizes.slice(WARM_STAGES, WARM_STAGES + 4))
  const end = meanOf(sizes.slice(-4))
  const all = sizes.map(size => size.toFixed(0)).join(' ')
  yield finding(
    'memory under hostile requests',
    `${(end / warm).toFixed(3)} × (MB: ${all})`,
    `at most ${GROWTH} × after the warm-up`,
    end / warm <= GROWTH,
  )
}

/** Megabytes once nothing is asked any more: the least of a few readings, the collector's turns apart. */
async function settledSize(server: Running): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 5; i++) {
    await new Promise(resolve => setTimeout(resolve, 100))
    least = Math.min(least, server.residentMegabytes())
  }
  return least
}

async function internalErrors(): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text()
  return Number(/^tokadence_mock_internal_errors_total (\d+)/m.exec(page)?.[1])
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
