/**
 * What `vllm bench serve` would say. Source: vLLM's benchmark (chat endpoint): the first chunk with choices
 * ends TTFT, gaps are between chunks with choices, TPOT is (latency − TTFT) / (output tokens − 1).
 */
import type { Sample } from '../../sample.ts'
import { createColumn } from './column.ts'
import type { OtherCount } from './tool.ts'

export function countAsVllm(): OtherCount {
  const times = {
    ttft: createColumn(),
    tpot: createColumn(),
    itl: createColumn(),
    e2el: createColumn(),
  }
  const total = { ok: 0, failed: 0, input: 0, output: 0 }

  return {
    add(sample: Sample) {
      const { outcome, ttftMs, preludeMs = 0, gapsMs, outputTokens } = sample
      if (outcome !== 'ok') {
        if (outcome !== 'open' && outcome !== 'cancelled') total.failed++
        return
      }
      total.ok++
      total.input += sample.inputTokens ?? 0
      total.output += outputTokens
      if (ttftMs === undefined) return
      const firstMs = Math.max(0, ttftMs - preludeMs)
      const lastMs = gapsMs.reduce((sum, gap) => sum + gap, ttftMs)
      times.ttft.record(firstMs)
      times.e2el.record(lastMs)
      if (outputTokens > 1) times.tpot.record((lastMs - firstMs) / (outputTokens - 1))
      if (preludeMs > 0) times.itl.record(preludeMs)
      for (const gapMs of gapsMs) times.itl.record(gapMs)
    },
    view(windowMs) {
      const seconds = windowMs / 1000
      const per = (count: number) => (seconds > 0 ? count / seconds : null)
      const row = (name: string, value: number | null) => ({ name, values: [value] })
      const block = (name: keyof typeof times, label: string) => {
        const column = times[name]
        return {
          head: [label, ''],
          rows: [
            row(`Mean ${name.toUpperCase()} (ms)`, column.mean),
            row(`Median ${name.toUpperCase()} (ms)`, column.percentile(50)),
            row(`P99 ${name.toUpperCase()} (ms)`, column.percentile(99)),
          ],
        }
      }
      return {
        tool: 'vllm',
        title: 'vllm bench serve',
        sections: [
          {
            head: ['Serving Benchmark Result', ''],
            rows: [
              row('Successful requests', total.ok),
              row('Failed requests', total.failed),
              row('Benchmark duration (s)', seconds),
              row('Total input tokens', total.input),
              row('Total generated tokens', total.output),
              row('Request throughput (req/s)', per(total.ok)),
              row('Output token throughput (tok/s)', per(total.output)),
              row('Total token throughput (tok/s)', per(total.input + total.output)),
            ],
          },
          block('ttft', 'Time to First Token'),
          block('tpot', 'Time per Output Token (excl. 1st token)'),
          block('itl', 'Inter-token Latency'),
          block('e2el', 'End-to-end Latency'),
        ],
        differences: [
          'TTFT ends at the first chunk with choices, so a role-only or empty delta counts; ours ends at the first content.',
          'ITL holds the gap from that first chunk to the first content, too. The gap to the closing chunk, which vLLM counts as well, is not known here.',
          'TPOT and E2EL begin with that TTFT and end with the last content; our E2E ends with the last byte.',
          'Throughput is of all tokens of requests that were measured and ended ok; ours is of content that arrived inside the window.',
          'Percentiles are linear between ranks (NumPy); ours are nearest rank. Open requests are left out; ours count as far as they came.',
          'vLLM has no warm-up by default and measures until the last reply; this is our window.',
        ],
      }
    },
  }
}
