/** Reads streams for a while and prints the CPU that a token took, in µs: `read-with.ts bench|autocannon PORT CONNECTIONS SECONDS`. */
import autocannon from 'autocannon'
import { runBench } from '../../bench/index.ts'

const [reader = '', port = '', connections = '', seconds = ''] = process.argv.slice(2)
const url = `http://127.0.0.1:${port}/v1`
/** Connections are all open and in step with nobody by then. */
const WARM_UP_S = 3

/** Only what is spent between the first and the last look counts: neither the start nor the summing up. */
function createMeter() {
  let first: { cpu: NodeJS.CpuUsage; tokens: number } | undefined
  let microseconds = 0
  let read = 0
  return {
    look(tokens: number) {
      const cpu = process.cpuUsage()
      first ??= { cpu, tokens }
      microseconds = cpu.user + cpu.system - first.cpu.user - first.cpu.system
      read = tokens - first.tokens
    },
    get cpuUs() {
      return microseconds / read
    },
  }
}

const meter = createMeter()
const readers: Record<string, () => Promise<void>> = {
  async bench() {
    await runBench(
      {
        ...{ url, connections: Number(connections), calibrate: '0s', invalid: 'warn' },
        ...{ warmup: `${WARM_UP_S}s`, duration: `${seconds}s` },
      },
      {
        progressEveryMs: 500,
        onProgress({ phase, outputTokensPerSecond, elapsedMs }) {
          if (phase !== 'steady') return
          meter.look((outputTokensPerSecond * elapsedMs) / 1000)
        },
      },
    )
  },
  /** As bare as it can be had: it counts events, and that is all. */
  async autocannon() {
    const share = await shareOfContent()
    let events = 0
    const startMs = performance.now()
    const timer = setInterval(() => {
      if (performance.now() - startMs > WARM_UP_S * 1000) meter.look(events * share)
    }, 500)
    await autocannon({
      ...{ url: `${url}/chat/completions`, method: 'POST', body: '{"stream":true}' },
      ...{ connections: Number(connections), duration: Number(seconds) + WARM_UP_S, timeout: 100 },
      headers: { 'content-type': 'application/json' },
      setupClient(client) {
        client.on('body', () => {
          events++
        })
      },
    })
    clearInterval(timer)
  },
}

/** Of the events of one stream, those that bring content. */
async function shareOfContent(): Promise<number> {
  const post = { method: 'POST', body: '{"stream":true}' }
  const stream = await (await fetch(`${url}/chat/completions`, post)).text()
  return stream.split('"content":"').length / stream.split('data: ').length
}

await readers[reader]!()
process.stdout.write(`${meter.cpuUs}\n`)
