/** Requests a second without streaming: ours against a bare node:http handler that parses and answers the same JSON. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { startMock, startServer, witness } from './processes.ts'
import { type Finding, finding, medianOf } from './report.ts'

const TARGET = 0.7
const ROUNDS = 3
const body = JSON.stringify({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Say something calm about rivers.' }],
})
const bare = fileURLToPath(new URL('bare-json.mjs', import.meta.url))
const autocannon = createRequire(import.meta.url).resolve('autocannon/autocannon.js')

export async function* measureBlocking(): AsyncGenerator<Finding> {
  const ratios: number[] = []
  let rates = ''
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await measureOurs()
    const theirs = await measureBare(ours.answer)
    ratios.push(ours.rate / theirs)
    rates = `${ours.rate.toFixed(0)} of ${theirs.toFixed(0)} requests a second`
  }
  const median = medianOf(ratios)
  yield finding(
    'blocking requests',
    `${median.toFixed(2)} of a bare handler (${ratios.map(ratio => ratio.toFixed(2)).join(', ')}; last ${rates})`,
    `at least ${TARGET}`,
    median >= TARGET,
  )
}

async function measureOurs(): Promise<{ rate: number; answer: string }> {
  const port = 4821
  await using _ = await startMock(port, '--ttft', '0', '--itl', '0')
  const response = await fetch(urlOf(port), { method: 'POST', headers, body })
  return { answer: await response.text(), rate: await rateAt(port) }
}

/** `answer`: what the bare handler parses once and serialises for every request. */
async function measureBare(answer: string): Promise<number> {
  const port = 4822
  await using _ = await startServer(port, process.execPath, [bare, String(port), answer])
  return await rateAt(port)
}

const headers = { authorization: 'Bearer sk-perf', 'content-type': 'application/json' }
const urlOf = (port: number) => `http://127.0.0.1:${port}/v1/chat/completions`

/** Requests a second over 32 connections, after a warm-up. Throws when any was not answered with 2xx. */
async function rateAt(port: number): Promise<number> {
  const load = [
    '-c',
    '32',
    '-d',
    '5',
    '-W',
    '[',
    '-c',
    '32',
    '-d',
    '2',
    ']',
    '-m',
    'POST',
    '-j',
    '-n',
  ]
  const sent = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`])
  const args = [autocannon, ...load, ...sent, '-b', body, urlOf(port)]
  const printed = await witness(process.execPath, args)
  // The warm-up prints a line of its own first.
  const { requests, non2xx, errors } = JSON.parse(printed.trim().split('\n').at(-1)!)
  if (non2xx + errors > 0) throw new Error(`port ${port}: ${non2xx} refused, ${errors} errors`)
  return requests.average
}
