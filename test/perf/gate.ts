/**
 * The gate's verdicts, on this machine as it is: two servers that are alike must hardly ever be told apart, and
 * one that is 10 % slower to its first token nearly always. GATE_COMPARISONS is how many of each (default 100).
 */
import { systemClock } from '../../base/clock.ts'
import { runBench } from '../../bench/index.ts'
import { startMock } from './processes.ts'
import { type Finding, finding } from './report.ts'

const comparisons = Number(process.env.GATE_COMPARISONS ?? 100)
const ports = { base: 4861, alike: 4862, slower: 4863 } as const

/** A lognormal whose logarithm has a standard deviation of 0.25, as of a real provider's TTFT at a steady load. */
const ttft = (medianMs: number) =>
  `lognormal(p50=${medianMs}ms,p95=${medianMs * Math.exp(0.25 * 1.645)}ms)`
const flags = (medianMs: number, seed: number) => [
  '--ttft',
  ttft(medianMs),
  '--itl',
  '5ms',
  '--tokens',
  '4',
  '--seed',
  String(seed),
]

export async function* measureGate(): AsyncGenerator<Finding> {
  await using _base = await startMock(ports.base, ...flags(200, 1))
  await using _alike = await startMock(ports.alike, ...flags(200, 2))
  await using _slower = await startMock(ports.slower, ...flags(220, 3))

  const alike = await verdictsOf(ports.alike)
  const alarms = alike.seen.worse + alike.seen.better
  yield finding(
    `${comparisons} comparisons of servers that are alike`,
    `${alarms} false alarms (${words(alike)})`,
    'at most 5 %',
    alarms <= comparisons * 0.05,
  )
  const slower = await verdictsOf(ports.slower)
  yield finding(
    `${comparisons} comparisons with a TTFT of 220 ms against 200 ms`,
    `${slower.seen.worse} caught (${words(slower)})`,
    'at least 95 %',
    slower.seen.worse >= comparisons * 0.95,
  )
}

interface Verdicts {
  readonly seen: Record<'better' | 'same' | 'worse' | 'inconclusive', number>
  /** Of both sides, of each comparison on average. */
  readonly requests: number
  readonly seconds: number
  /** How late the bench's event loop was at p99, on average, ms: the noise of the machine. */
  readonly lagMs: number
}

async function verdictsOf(port: number): Promise<Verdicts> {
  const seen = { better: 0, same: 0, worse: 0, inconclusive: 0 }
  let requests = 0
  let lagMs = 0
  const startMs = systemClock.nowMs()
  for (let i = 0; i < comparisons; i++) {
    const { against, counts, generator } = await runBench({
      url: urlOf(port),
      against: urlOf(ports.base),
      connections: 128,
      rounds: 20,
      duration: '3500ms',
      warmup: '600ms',
      seed: `gate ${port} ${i}`,
    })
    if (!against) throw new Error('A run with a base has no comparison.')
    seen[against.comparison.verdict]++
    requests += counts.sent + against.base.counts.sent
    lagMs += generator.eventLoopLagMs.p99 ?? 0
  }
  const seconds = (systemClock.nowMs() - startMs) / 1000
  const mean = (sum: number) => sum / comparisons
  return { seen, requests: mean(requests), seconds: mean(seconds), lagMs: mean(lagMs) }
}

const urlOf = (port: number) => `http://127.0.0.1:${port}/v1`

function words({ seen, requests, seconds, lagMs }: Verdicts): string {
  const counts = Object.entries(seen).map(([verdict, count]) => `${count} ${verdict}`)
  return `${counts.join(', ')}; ${Math.round(requests)} requests and ${seconds.toFixed(1)} s each, event loop ${lagMs.toFixed(0)} ms late at p99`
}
