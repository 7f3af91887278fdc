import { expect, it } from 'vitest'
import { countAs, formatOtherView } from '../../../../bench/reporters/compat/compat.ts'
import { type OtherView, otherTools } from '../../../../bench/reporters/compat/tool.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

/** A role-only chunk 40 ms before the first content; then 4 and 2 gaps; 5 and 3 tokens. */
const samples = [
  sampleOf({
    ttftMs: 100,
    preludeMs: 40,
    gapsMs: [20, 20, 20, 40],
    e2eMs: 210,
    contentChunks: 5,
    outputTokens: 5,
    inputTokens: 7,
    tokensFrom: 'usage',
  }),
  sampleOf({
    ttftMs: 300,
    preludeMs: 0,
    gapsMs: [10, 30],
    e2eMs: 345,
    contentChunks: 3,
    outputTokens: 3,
    inputTokens: 9,
    tokensFrom: 'usage',
  }),
  sampleOf({ outcome: 'http_429', ttftMs: undefined, gapsMs: [], e2eMs: 3 }),
  sampleOf({ outcome: 'stream_cut', ttftMs: 1, gapsMs: [1] }),
  sampleOf({ outcome: 'open', ttftMs: 1, gapsMs: [1], e2eMs: undefined, censoredMs: 50 }),
]

function viewOf(tool: (typeof otherTools)[number]): OtherView {
  const count = countAs(tool)
  for (const sample of samples) count.add(sample)
  return count.view(2000)
}

function numbers(view: OtherView): Record<string, readonly (number | null)[]> {
  const rows = view.sections.flatMap(section => section.rows)
  return Object.fromEntries(rows.map(({ name, values }) => [name, values]))
}

it('vLLM takes a role-only chunk for the first token, and its gap for one of the gaps', () => {
  expect(numbers(viewOf('vllm'))).toMatchObject({
    'Successful requests': [2],
    'Failed requests': [2],
    'Benchmark duration (s)': [2],
    'Total generated tokens': [8],
    'Request throughput (req/s)': [1],
    'Output token throughput (tok/s)': [4],
    'Total token throughput (tok/s)': [12],
    'Mean TTFT (ms)': [180], // 60 and 300
    'Median TTFT (ms)': [180], // linear between ranks
    'Mean TPOT (ms)': [27.5], // (200 − 60) / 4 and (340 − 300) / 2
    'Mean ITL (ms)': [180 / 7], // 40 20 20 20 40, 10 30
    'Mean E2EL (ms)': [270],
  })
})

it('AIPerf has one inter-token latency a request, and a time to the second token', () => {
  const rows = numbers(viewOf('aiperf'))
  expect(rows['Time to First Token (ms)']?.slice(0, 3)).toEqual([200, 100, 300])
  expect(rows['Time to Second Token (ms)']?.slice(0, 3)).toEqual([15, 10, 20])
  expect(rows['Request Latency (ms)']?.slice(0, 3)).toEqual([270, 200, 340])
  expect(rows['Inter Token Latency (ms)']?.slice(0, 3)).toEqual([22.5, 20, 25])
  expect(rows['Inter Token Latency (ms)']?.at(-1)).toBe(2.5) // of two: half their difference
  expect(rows['Output Token Throughput (tokens/sec)']).toEqual([4])
  expect(rows['Request Count (requests)']).toEqual([2])
})

it('GuideLLM’s time per output token has the first token in it', () => {
  const rows = numbers(viewOf('guidellm'))
  expect(rows['Time per Output Token (ms)']?.[0]).toBeCloseTo((210 / 5 + 345 / 3) / 2)
  expect(rows['Inter-Token Latency (ms)']?.[0]).toBe(22.5)
  expect(rows['Request Latency (s)']?.[0]).toBeCloseTo(0.2775)
  expect(rows['Concurrency (mean)']?.[0]).toBeCloseTo(0.2775)
  expect(rows).toMatchObject({
    'Requests Successful': [2],
    'Requests Incomplete': [1],
    'Requests Errored': [2],
  })
})

it.each(otherTools)('%s says what differs, and without data has no numbers', tool => {
  const view = viewOf(tool)
  const text = formatOtherView(view)
  expect(view.differences.length).toBeGreaterThan(4)
  for (const line of view.differences) expect(text).toContain(line)
  const nothing = formatOtherView(countAs(tool).view(0))
  expect(nothing).toContain('–')
  expect(nothing).not.toMatch(/NaN|undefined|Infinity/)
})
