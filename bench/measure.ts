/**
 * The definitions: what every time in a report is the time of. They stand in each JSON and HTML report,
 * because tools differ in them by more than regressions do.
 */

export const timeNames = [
  'ttfb',
  'ttft',
  'itl',
  'tpot',
  'e2e',
  'lag',
  'ttftDue',
  'response',
  'prelude',
] as const
export type TimeName = (typeof timeNames)[number]

/** Short title and meaning of each time; all are in ms. */
export const times: Readonly<Record<TimeName, { title: string; meaning: string }>> = {
  ttfb: { title: 'TTFB', meaning: 'Send to first byte of the response.' },
  ttft: {
    title: 'TTFT',
    meaning:
      'Send to first chunk with content (text, reasoning or a tool call); a role-only or empty delta does not count.',
  },
  itl: {
    title: 'ITL',
    meaning:
      'Each gap between content chunks, pooled over requests. Chunks that arrive in one read have a gap of 0.',
  },
  tpot: {
    title: 'TPOT',
    meaning:
      'Per request: (last content − first content) / (output tokens − 1), so the first token is not in it; undefined below 2 tokens.',
  },
  e2e: {
    title: 'E2E',
    meaning: 'First send to last byte of the response, with every retry and wait between.',
  },
  lag: {
    title: 'lag',
    meaning:
      'Due to first send, without what a client held back: how late the load generator itself was.',
  },
  ttftDue: {
    title: 'TTFT due',
    meaning: 'Due (in a closed loop: first send) to first chunk with content: what a user waits.',
  },
  response: {
    title: 'response',
    meaning: 'Due (in a closed loop: first send) to last byte: lag and E2E together.',
  },
  prelude: {
    title: 'prelude',
    meaning:
      'First chunk of any kind to first chunk with content: what tools that take a role-only chunk for the first token leave out.',
  },
}

export const definitions: Readonly<Record<string, string>> = {
  ...Object.fromEntries(timeNames.map(name => [times[name].title, times[name].meaning])),
  send: 'The moment the request is handed to its socket. A connection that must first be opened again has that in its times; warm-up keeps first connects out.',
  window:
    'Requests sent after the warm-up and before the end are measured; those sent during the warm-up are left out.',
  latency:
    'Times come from requests that ended ok, and from open ones as far as they came. Failed and cut requests are counted, never timed.',
  open: 'Still streaming when the run ended: its E2E is "at least x", counted and not dropped.',
  conservation: 'sent = ok + failed + cut + open.',
  throughput:
    'Requests that finished ok, and content that arrived, inside the window, whenever they were sent, per second of the window. Content of a try that was given up is not in it.',
  tokens: 'Of ok requests: usage when the server sends it, else one per content chunk.',
  closedLoop:
    'Each connection sends its next request when the last has ended: a slow server slows the load. Latency at a fixed arrival rate can be worse than what a closed loop shows.',
  percentile:
    'Nearest rank. p95 needs 130 samples and p99 needs 662 to be stated with 99 % confidence.',
}
