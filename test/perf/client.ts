/** The client against the official SDK's own stream loop, on the same server: tokens a second, CPU a token; and 10,000 streams at once. */
import { fileURLToPath } from 'node:url'
import { startServer, witness } from './processes.ts'
import { type Finding, finding, medianOf } from './report.ts'

const ROUNDS = 3
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const PORT = 4831

interface Reading {
  readonly tokens: number
  readonly perSecond: number
  readonly cpuUs: number
  readonly peakMb: number
}

export async function* measureClient(): AsyncGenerator<Finding> {
  yield* measureSpeed()
  yield await measureMany()
}

async function* measureSpeed(): AsyncGenerator<Finding> {
  const tokens = 20_000
  await using _ = await startServer(PORT, process.execPath, [
    here('bare-stream.mjs'),
    String(PORT),
    String(tokens),
  ])
  const faster: number[] = []
  const cheaper: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await read('wire', 8, 24)
    const theirs = await read('sdk', 8, 24)
    for (const { tokens: given } of [ours, theirs]) {
      if (given !== 24 * tokens) throw new Error(`read ${given} tokens of ${24 * tokens}`)
    }
    faster.push(ours.perSecond / theirs.perSecond)
    cheaper.push(ours.cpuUs / theirs.cpuUs)
  }
  yield ratio('client, tokens a second', faster, 'at least 3 × the SDK', median => median >= 3)
  yield ratio('client, CPU a token', cheaper, 'at most 0.5 of the SDK', median => median <= 0.5)
}

/** 10,000 streams of 20 tokens, two a second. */
async function measureMany(): Promise<Finding> {
  const streams = 10_000
  await using _ = await startServer(PORT, process.execPath, [
    here('bare-stream.mjs'),
    String(PORT),
    '20',
    '500',
  ])
  const { tokens, peakMb } = await read('wire', streams, streams)
  const met = tokens === streams * 20 && peakMb < 1024
  const measured = `${tokens} tokens, ${peakMb.toFixed(0)} MB`
  return finding('client, 10,000 streams at once', measured, 'all, under 1,024 MB', met)
}

function ratio(
  what: string,
  values: number[],
  target: string,
  isMet: (median: number) => boolean,
): Finding {
  const median = medianOf(values)
  const all = values.map(value => value.toFixed(2)).join(', ')
  return finding(what, `${median.toFixed(2)} (${all})`, target, isMet(median))
}

async function read(
  reader: 'wire' | 'sdk',
  concurrency: number,
  streams: number,
): Promise<Reading> {
  const asked = [reader, PORT, concurrency, streams].map(String)
  const args = ['--import', 'tsx', here('read-streams.ts'), ...asked]
  return JSON.parse(await witness(process.execPath, args))
}
