/** Pace: our streams against the C server's, the same probe, one after the other. */

import { type Probe, probe, startMock, startServer, type Witnesses } from './processes.ts'
import { type Finding, finding } from './report.ts'

const TOKENS = 64
const TTFT_MS = 20

async function measureOurs(
  witnesses: Witnesses,
  load: { connections: number; seconds: number; itlMs: number; staggerMs: number },
): Promise<Probe & { residentMegabytes: number }> {
  const port = 4811
  const flags = ['--ttft', `${TTFT_MS}ms`, '--itl', `${load.itlMs}ms`, '--tokens', String(TOKENS)]
  await using server = await startMock(port, ...flags)
  const seen = await probe(witnesses, port, load)
  return { ...seen, residentMegabytes: server.residentMegabytes() }
}

/** Streams of 64 tokens at 20 ms, as a share of what the C server delivers. */
export async function* measurePace(witnesses: Witnesses): AsyncGenerator<Finding> {
  for (const { connections, share, gapRatio } of [
    { connections: 1000, share: 0.99, gapRatio: 0.005 },
    { connections: 2000, share: 0.95, gapRatio: 0.02 },
  ]) {
    const load = { connections, seconds: 8, itlMs: 20, staggerMs: 1300 }
    const port = 4812
    let limit: Probe
    {
      const args = [port, TOKENS, TTFT_MS, load.itlMs].map(String)
      await using _ = await startServer(port, witnesses.limit, args)
      limit = await probe(witnesses, port, load)
    }
    const ours = await measureOurs(witnesses, load)
    const ratio = ours.tokensPerSecond / limit.tokensPerSecond
    yield finding(
      `${connections} streams, tokens a second`,
      `${ratio.toFixed(3)} of the C server (${ours.tokensPerSecond} of ${limit.tokensPerSecond}), ${ours.errors} errors`,
      `at least ${share}`,
      ratio >= share && ours.errors === 0,
    )
    const off = Math.abs(ours.gapMs.mean - load.itlMs) / load.itlMs
    yield finding(
      `${connections} streams, mean gap`,
      `${ours.gapMs.mean.toFixed(3)} ms (C ${limit.gapMs.mean.toFixed(3)}), lateness p99 ${ours.lateMs.p99} ms (C ${limit.lateMs.p99}), TTFT p50 ${ours.ttftMs.p50} ms (C ${limit.ttftMs.p50})`,
      `20 ms within ${gapRatio * 100} %`,
      off <= gapRatio,
    )
  }
}

/** 10,000 open streams at 5 tokens a second each. */
export async function* measureManyStreams(witnesses: Witnesses): AsyncGenerator<Finding> {
  const load = { connections: 10_000, seconds: 10, itlMs: 200, staggerMs: 13_000 }
  const ours = await measureOurs(witnesses, load)
  const off = Math.abs(ours.gapMs.mean - load.itlMs) / load.itlMs
  yield finding(
    '10,000 streams',
    `${ours.tokensPerSecond} tokens a second, mean gap ${ours.gapMs.mean.toFixed(2)} ms, ${ours.errors} errors, ${ours.residentMegabytes.toFixed(0)} MB`,
    '200 ms within 0.5 %, no error, under 350 MB',
    off <= 0.005 && ours.errors === 0 && ours.residentMegabytes < 350,
  )
}
