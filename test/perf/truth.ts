/** The bench's truth: its times against the probe's, on a server whose timing is known, and what it says of its own error. */
import { cli, type Probe, probe, startServer, type Witnesses, witness } from './processes.ts'
import { type Finding, finding } from './report.ts'

const within = { p50: 1.5, p99: 4 }

interface Percentiles {
  readonly p50: number
  readonly p99: number
}

export async function* measureTruth(witnesses: Witnesses): AsyncGenerator<Finding> {
  for (const connections of [10, 500, 1000]) {
    const seen = await withLimit(witnesses, port =>
      probe(witnesses, port, { connections, seconds: 8, itlMs: 20, staggerMs: 1400 }),
    )
    const bench = await withLimit(witnesses, async port => {
      const target = ['--url', `http://127.0.0.1:${port}/v1`, '--connections', String(connections)]
      const run = ['--duration', '8s', '--warmup', '3s', '--invalid', 'warn', '--json', '-']
      return JSON.parse(await witness(process.execPath, [cli, 'bench', ...target, ...run]))
    })
    yield* compared(connections, seen, bench)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a report as it was printed.
function* compared(connections: number, seen: Probe, bench: any): Generator<Finding> {
  const { counts, truth } = bench
  const balanced = counts.sent === counts.ok + counts.failed + counts.cut + counts.open
  for (const [title, own, known] of [
    ['TTFT', 'ttftMs', seen.ttftMs],
    ['ITL', 'itlMs', seen.gapMs],
  ] as const) {
    const measured: Percentiles = bench[own]
    const bar: Percentiles = truth.plusMinus[own]
    const apart = (p: keyof Percentiles) => Math.abs(measured[p] - known[p])
    const told = (p: keyof Percentiles) =>
      `${p} ${measured[p].toFixed(2)} ± ${bar[p].toFixed(2)} (probe ${known[p]})`
    yield finding(
      `bench's ${title} at ${connections} connections`,
      `${told('p50')}, ${told('p99')}, sent ${counts.sent} = ${counts.ok} ok + ${counts.failed} failed + ${counts.cut} cut + ${counts.open} open`,
      `p50 within ${within.p50} ms, p99 within ${within.p99} ms, counts exact`,
      apart('p50') <= within.p50 && apart('p99') <= within.p99 && balanced,
    )
    yield finding(
      `bench's own ± of it`,
      `true error ${apart('p50').toFixed(2)} at p50, ${apart('p99').toFixed(2)} at p99`,
      'within the ±, 0.3 ms for the probe aside',
      apart('p50') <= bar.p50 + 0.3 && apart('p99') <= bar.p99 + 0.3,
    )
  }
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
