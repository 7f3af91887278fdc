/**
 * What GuideLLM would say. Source: its metrics: TPOT is the whole request over its tokens, so the first is in
 * it; its ITL is one mean a request; ok, incomplete and errored requests stand apart.
 */
import { accountOf } from '../../sample.ts'
import { createColumn } from './column.ts'
import type { OtherCount } from './tool.ts'

export function countAsGuidellm(): OtherCount {
  const rows = {
    latency: createColumn(),
    ttft: createColumn(),
    itl: createColumn(),
    tpot: createColumn(),
    input: createColumn(),
    output: createColumn(),
  }
  const total = { ok: 0, open: 0, failed: 0, cut: 0, input: 0, output: 0, busyMs: 0 }

  return {
    add(sample) {
      const { outcome, ttftMs, gapsMs, e2eMs = 0, outputTokens } = sample
      total[accountOf(outcome)]++
      if (outcome !== 'ok') return
      total.input += sample.inputTokens ?? 0
      total.output += outputTokens
      total.busyMs += e2eMs
      rows.latency.record(e2eMs / 1000)
      rows.output.record(outputTokens)
      if (sample.inputTokens !== undefined) rows.input.record(sample.inputTokens)
      if (outputTokens > 0) rows.tpot.record(e2eMs / outputTokens)
      if (ttftMs !== undefined) rows.ttft.record(ttftMs)
      if (outputTokens > 1) {
        rows.itl.record(gapsMs.reduce((sum, gap) => sum + gap, 0) / (outputTokens - 1))
      }
    },
    view(windowMs) {
      const seconds = windowMs / 1000
      const per = (count: number) => (seconds > 0 ? count / seconds : null)
      const row = (name: string, key: keyof typeof rows) => {
        const { mean, percentile } = rows[key]
        return { name, values: [mean, percentile(50), percentile(95), percentile(99)] }
      }
      const plain = (name: string, value: number | null) => ({ name, values: [value] })
      return {
        tool: 'guidellm',
        title: 'guidellm benchmark',
        sections: [
          {
            head: ['Metric', 'mean', 'median', 'p95', 'p99'],
            rows: [
              row('Request Latency (s)', 'latency'),
              row('Time to First Token (ms)', 'ttft'),
              row('Inter-Token Latency (ms)', 'itl'),
              row('Time per Output Token (ms)', 'tpot'),
              row('Input Tokens / Request', 'input'),
              row('Output Tokens / Request', 'output'),
            ],
          },
          {
            head: ['Metric', ''],
            rows: [
              plain('Requests / Second', per(total.ok)),
              plain('Concurrency (mean)', per(total.busyMs / 1000)),
              plain('Output Tokens / Second', per(total.output)),
              plain('Total Tokens / Second', per(total.input + total.output)),
              plain('Requests Successful', total.ok),
              plain('Requests Incomplete', total.open),
              plain('Requests Errored', total.failed + total.cut),
            ],
          },
        ],
        differences: [
          'TTFT is the same: the first chunk with content.',
          'Time per Output Token is the whole request over its tokens, so the first token is in it; in our TPOT it is not.',
          'Inter-Token Latency is one mean a request; GuideLLM keeps no single gaps, so its p99 is of means. Our ITL is every gap.',
          'GuideLLM times by the wall clock of its workers; these are by a monotonic one.',
          'Throughput is of all tokens of requests that were measured and ended ok; ours is of content that arrived inside the window.',
          'Percentiles are linear between ranks here, from a distribution function there; ours are nearest rank. A cut request counts as errored.',
        ],
      }
    },
  }
}
