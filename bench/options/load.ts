/** When it is sent, and how much of it. */
import { duration, integer, type OptionTable, text } from '../../base/option-table.ts'

export const loadOptions = {
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
  timeout: duration({
    fallback: '60s',
    help: 'A request is given up when no byte came for this long; a stream that flows may last.',
  }),
  seed: text({ fallback: 'tokadence', help: 'Seeds the prompts and their order.' }),
} satisfies OptionTable
