/** The bench's truth: its times against the probe's, on a server whose timing is known, and what it says of its own error. */
import { cli, probe, startServer, type Witnesses, witness } from './processes.ts'
import { type Finding, finding, medianOf } from './report.ts'

/**
 * TRUTH_CONNECTIONS: how many streams; TRUTH_ROUNDS: how often each is measured. The probe reads streams of its own from
 * the same server at the same time, so that what holds up the server, or the machine, is in both.
 */
const rounds = Number(process.env.TRUTH_ROUNDS ?? 3)
const counts = (process.env.TRUTH_CONNECTIONS ?? '10,100,500,1000').split(',').map(Number)
const within = { p50: 1.5, p99: 4 }
/** Enough for 662 requests, which p99 needs. */
const probeConnections = 150
const probed = { seconds: 8, itlMs: 20, staggerMs: 1400, isFirst: true }
/** The probe's own error, ms. */
const probeMs = 0.3
const percentiles = ['p50', 'p99'] as const

type Percentiles = Readonly<Record<(typeof percentiles)[number], number>>

/** What both made of one time, and what the bench said of its error. */
interface Round {
  readonly measured: Percentiles
  readonly known: Percentiles
  readonly bar: Percentiles
}

export async function* measureTruth(witnesses: Witnesses): AsyncGenerator<Finding> {
  for (const connections of counts) {
    const ttft: Round[] = []
    const itl: Round[] = []
    let unbalanced = 0
    for (let round = 0; round < rounds; round++) {
      const [seen, { ttftMs, itlMs, truth, counts: all }] = await withLimit(witnesses, port =>
        Promise.all([
          probe(witnesses, port, { ...probed, connections: probeConnections }),
          bench(port, connections),
        ]),
      )
      ttft.push({ measured: ttftMs, known: seen.ttftMs, bar: truth.plusMinus.ttftMs })
      itl.push({ measured: itlMs, known: seen.gapMs, bar: truth.plusMinus.itlMs })
      if (all.sent !== all.ok + all.failed + all.cut + all.open) unbalanced++
    }
    yield near(`bench's TTFT at ${connections} connections`, ttft)
    yield near(`bench's ITL at ${connections} connections`, itl)
    const missed = ttft.filter((_, i) => !(isHeld(ttft[i]!) && isHeld(itl[i]!))).length
    yield finding(
      `bench's own ± at ${connections} connections`,
      `holds the true error of all four in ${rounds - missed} of ${rounds} runs`,
      `in 19 of 20, ${probeMs} ms for the probe aside`,
      missed <= rounds / 20,
    )
    yield finding(
      `sent = ok + failed + cut + open at ${connections} connections`,
      `in ${rounds - unbalanced} of ${rounds} runs`,
      'in all',
      unbalanced === 0,
    )
  }
}

async function bench(port: number, connections: number) {
  const target = ['--url', `http://127.0.0.1:${port}/v1`, '--connections', String(connections)]
  const run = ['--duration', '8s', '--warmup', '3s', '--invalid', 'warn', '--json', '-']
  return JSON.parse(await witness(process.execPath, [cli, 'bench', ...target, ...run]))
}

const apart = ({ measured, known }: Round, p: keyof Percentiles) => Math.abs(measured[p] - known[p])

function isHeld(round: Round): boolean {
  return percentiles.every(p => apart(round, p) <= round.bar[p] + probeMs)
}

function near(what: string, seen: readonly Round[]): Finding {
  const medians = percentiles.map(p => medianOf(seen.map(round => apart(round, p))))
  const told = percentiles.map((p, i) => {
    const each = seen.map(
      ({ measured, known, bar }) =>
        `${measured[p].toFixed(2)} ± ${bar[p].toFixed(2)} (probe ${known[p]})`,
    )
    return `${p} ${medians[i]!.toFixed(2)} ms apart: ${each.join(', ')}`
  })
  return finding(
    what,
    told.join('; '),
    `the median p50 within ${within.p50} ms, p99 within ${within.p99} ms`,
    percentiles.every((p, i) => medians[i]! <= within[p]),
  )
}

/** A server of its own for each: one that was left in mid-stream writes on to whoever connects next. */
async function withLimit<T>(
  { limit }: Witnesses,
  measure: (port: number) => Promise<T>,
): Promise<T> {
  const port = 4851
  await using _ = await startServer(port, limit, [port, 64, 200, 20].map(String))
  return await measure(port)
}
