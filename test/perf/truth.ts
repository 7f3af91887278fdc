/** The bench's truth: its TTFT against the probe's, on a server whose timing is known. */
import { cli, probe, startServer, type Witnesses, witness } from './processes.ts'
import { type Finding, finding } from './report.ts'

export async function* measureTruth(witnesses: Witnesses): AsyncGenerator<Finding> {
  for (const connections of [10, 500]) {
    const seen = await withLimit(witnesses, port =>
      probe(witnesses, port, { connections, seconds: 8, itlMs: 20, staggerMs: 1400 }),
    )
    const bench = await withLimit(witnesses, async port => {
      const target = ['--url', `http://127.0.0.1:${port}/v1`, '--connections', String(connections)]
      const args = [cli, 'bench', ...target, '--duration', '8s', '--warmup', '3s', '--json', '-']
      return JSON.parse(await witness(process.execPath, args))
    })
    const { counts, ttftMs } = bench
    const p50 = Math.abs(ttftMs.p50 - seen.ttftMs.p50)
    const p99 = Math.abs(ttftMs.p99 - seen.ttftMs.p99)
    const balanced = counts.sent === counts.ok + counts.failed + counts.cut + counts.open
    yield finding(
      `bench's TTFT at ${connections} connections`,
      `p50 ${ttftMs.p50.toFixed(2)} (probe ${seen.ttftMs.p50}), p99 ${ttftMs.p99.toFixed(2)} (probe ${seen.ttftMs.p99}), sent ${counts.sent} = ${counts.ok} ok + ${counts.failed} failed + ${counts.cut} cut + ${counts.open} open`,
      'p50 within 1.5 ms, p99 within 4 ms, counts exact',
      p50 <= 1.5 && p99 <= 4 && balanced && counts.failed + counts.cut === 0,
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
