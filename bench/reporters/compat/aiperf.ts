/**
 * What AIPerf would say. Source: its metrics reference: request latency ends with the last content, and its
 * inter token latency is (request latency − TTFT) / (output length − 1), a number a request.
 */
import { createColumn } from './column.ts'
import type { OtherCount } from './tool.ts'

export function countAsAiperf(): OtherCount {
  const rows = {
    ttft: createColumn(),
    ttst: createColumn(),
    latency: createColumn(),
    itl: createColumn(),
    perUser: createColumn(),
    output: createColumn(),
    input: createColumn(),
  }
  let ok = 0
  let outputTokens = 0

  return {
    add(sample) {
      const { outcome, ttftMs, gapsMs, outputTokens: output, inputTokens } = sample
      if (outcome !== 'ok') return
      ok++
      outputTokens += output
      rows.output.record(output)
      if (inputTokens !== undefined) rows.input.record(inputTokens)
      if (ttftMs === undefined) return
      const streamedMs = gapsMs.reduce((sum, gap) => sum + gap, 0)
      rows.ttft.record(ttftMs)
      rows.latency.record(ttftMs + streamedMs)
      if (gapsMs[0] !== undefined) rows.ttst.record(gapsMs[0])
      if (output < 2) return
      const itlMs = streamedMs / (output - 1)
      rows.itl.record(itlMs)
      if (itlMs > 0) rows.perUser.record(1000 / itlMs)
    },
    view(windowMs) {
      const seconds = windowMs / 1000
      const per = (count: number) => (seconds > 0 ? count / seconds : null)
      const row = (name: string, key: keyof typeof rows) => {
        const { mean, min, max, deviation, percentile } = rows[key]
        return {
          name,
          values: [mean, min, max, percentile(99), percentile(90), percentile(50), deviation],
        }
      }
      return {
        tool: 'aiperf',
        title: 'aiperf profile',
        sections: [
          {
            head: ['Metric', 'avg', 'min', 'max', 'p99', 'p90', 'p50', 'std'],
            rows: [
              row('Time to First Token (ms)', 'ttft'),
              row('Time to Second Token (ms)', 'ttst'),
              row('Request Latency (ms)', 'latency'),
              row('Inter Token Latency (ms)', 'itl'),
              row('Output Token Throughput Per User (tokens/sec/user)', 'perUser'),
              row('Output Sequence Length (tokens)', 'output'),
              row('Input Sequence Length (tokens)', 'input'),
            ],
          },
          {
            head: ['Metric', 'avg'],
            rows: [
              { name: 'Output Token Throughput (tokens/sec)', values: [per(outputTokens)] },
              { name: 'Request Throughput (requests/sec)', values: [per(ok)] },
              { name: 'Request Count (requests)', values: [ok] },
            ],
          },
        ],
        differences: [
          'TTFT is the same: the first chunk with content of any kind.',
          'Inter Token Latency is one mean a request, (request latency − TTFT) / (output length − 1): what we call TPOT. Our ITL is every gap.',
          'Request Latency ends with the last content; our E2E ends with the last byte.',
          'AIPerf counts tokens with a tokenizer of its own by default; here they are those of usage, else content chunks.',
          'Throughput is of all tokens of requests that were measured and ended ok; ours is of content that arrived inside the window.',
          'Percentiles are linear between ranks (NumPy); ours are nearest rank. Requests that failed, were cut or are open are left out.',
        ],
      }
    },
  }
}
