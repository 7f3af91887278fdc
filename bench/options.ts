/** The bench's option table: every setting of a load run. */
import { duration, integer, list, type OptionTable, text } from '../base/option-table.ts'
import { parseThreshold, thresholdSyntax } from './threshold.ts'

/** Threshold texts, each checked where it is written. */
const thresholds = (() => {
  const row = list({
    label: 'RULE',
    split: false,
    help: "A limit such as 'ttft: p(95)<500ms' or 'errors: rate<1%'; missing one exits with 99. May be given again.",
  })
  return {
    ...row,
    allowed: thresholdSyntax,
    read: (value: unknown) =>
      row.read(value)?.every(parseThreshold) ? row.read(value) : undefined,
  }
})()

export const benchOptions = {
  url: text({
    fallback: 'http://127.0.0.1:4010/v1',
    label: 'URL',
    env: ['OPENAI_BASE_URL'],
    help: 'The base URL of an OpenAI-compatible API.',
  }),
  apiKey: text({
    fallback: 'sk-tokadence',
    label: 'KEY',
    env: ['OPENAI_API_KEY'],
    help: 'The key to send; it is in no report.',
  }),
  model: text({ fallback: 'gpt-4o-mini', label: 'NAME', help: 'The model to ask for.' }),
  connections: integer(1, 20_000, {
    fallback: 10,
    help: 'Connections, each with one request in flight at a time.',
  }),
  duration: duration({ fallback: '10s', help: 'How long to measure, after the warm-up.' }),
  requests: integer(1, 100_000_000, {
    help: 'Measure this many requests instead of a duration.',
  }),
  warmup: duration({
    fallback: '2s',
    help: 'Load before the measuring; connections start spread over three quarters of it. 0s: none.',
  }),
  maxTokens: integer(1, 10_000_000, { help: 'The most output tokens per request.' }),
  prompt: list({
    split: false,
    help: 'A prompt to send, picked at random where several are given. Default: synthetic ones, all different.',
  }),
  threshold: thresholds,
  timeout: duration({
    fallback: '60s',
    help: 'A request is given up when no byte came for this long; a stream that flows may last.',
  }),
  json: text({
    label: 'FILE|-',
    help: 'Write the results as JSON to a file, or to stdout with -.',
  }),
  html: text({ label: 'FILE', help: 'Write a report as one self-contained HTML page.' }),
  prometheusPort: integer(0, 65_535, {
    help: 'Serve /metrics at this port while the run lasts; 0 takes a free one.',
  }),
  prometheusHost: text({
    label: 'ADDRESS',
    fallback: '127.0.0.1',
    help: 'The address that /metrics is served on.',
  }),
  pushgateway: text({ label: 'URL', help: 'Push the metrics to this Pushgateway at the end.' }),
  seed: text({ fallback: 'tokadence', help: 'Seeds the prompts and their order.' }),
  label: text({ help: 'A name for the run, shown in reports.' }),
} satisfies OptionTable
