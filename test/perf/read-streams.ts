/** Reads streams and prints what it took as JSON: `read-streams.ts wire|sdk PORT CONCURRENCY STREAMS`, a child of client.ts. */
import OpenAI from 'openai'
import { createClient } from '../../client/index.ts'

const [reader = '', port = '', concurrency = '', streams = ''] = process.argv.slice(2)
const baseURL = `http://127.0.0.1:${port}/v1`
const messages = [{ role: 'user' as const, content: 'Where does the river run?' }]
const model = 'gpt-4o'

/** Each reads one stream to its end and returns how many tokens it was given. */
const readers: Record<string, () => Promise<number>> = { wire: ours, sdk: theirs }

const client = createClient({
  url: baseURL,
  apiKey: 'sk-perf',
  concurrency: Number(concurrency),
  pace: 'fixed',
})
async function ours(): Promise<number> {
  let tokens = 0
  for await (const frame of client.stream({ model, messages })) {
    if (frame.kind === 'content') tokens++
  }
  return tokens
}

const sdk = new OpenAI({ baseURL, apiKey: 'sk-perf', maxRetries: 0 })
async function theirs(): Promise<number> {
  let tokens = 0
  for await (const chunk of await sdk.chat.completions.create({ model, messages, stream: true })) {
    if (chunk.choices[0]?.delta.content) tokens++
  }
  return tokens
}

const read = readers[reader]!
await read()
let left = Number(streams)
let tokens = 0
let peakMb = 0
const watch = setInterval(() => {
  peakMb = Math.max(peakMb, process.memoryUsage.rss() / 2 ** 20)
}, 50)
const before = process.cpuUsage()
const startMs = performance.now()
await Promise.all(
  Array.from({ length: Number(concurrency) }, async () => {
    while (left-- > 0) {
      const given = await read()
      tokens += given
    }
  }),
)
const ms = performance.now() - startMs
const { user, system } = process.cpuUsage(before)
clearInterval(watch)
await client.close()
process.stdout.write(
  `${JSON.stringify({ tokens, perSecond: (tokens / ms) * 1000, cpuUs: (user + system) / tokens, peakMb })}\n`,
)
