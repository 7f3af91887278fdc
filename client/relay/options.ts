/** The relay's option table: where it listens, what its callers may ask, and every bound of its runs. */
import { choice, duration, integer, list, type Resolved, text } from '../../base/option-table.ts'
import { clientOptions } from '../options.ts'

export const relayOptions = {
  port: integer(0, 65_535, { help: 'The port to listen on; 0 takes a free one.', fallback: 4020 }),
  host: text({ label: 'ADDRESS', help: 'The address to listen on.', fallback: '127.0.0.1' }),
  ...clientOptions,
  pace: choice(['adaptive', 'fixed'], {
    help: 'fixed: as many requests in flight as concurrency; adaptive: begins with 4 and finds how many the server takes.',
    fallback: 'fixed',
  }),
  maxAttempts: integer(1, 100, {
    help: 'Sends of one request while nothing of its answer has come, the first included. A 429 goes to the caller at once.',
    fallback: 3,
  }),
  maxDelay: duration({
    help: 'The longest wait between two attempts; a server that asks for more is not asked again.',
    fallback: '2s',
  }),
  models: list({
    label: 'NAME',
    help: 'Models that callers may ask for besides `--model`; no others are passed on.',
  }),
  maxTokens: integer(1, 1_000_000, {
    help: 'The most output tokens of an answer, whatever a caller asks for.',
    fallback: 2048,
  }),
  turnWait: duration({
    help: "How long a run waits for its turn where the upstream's limits are used up; then its caller is told 429.",
    fallback: '5s',
  }),
  startWait: duration({
    help: "How long POST /generate waits for the upstream's first words, so that a refusal keeps its status; then it answers 202, and a refusal is an event.",
    fallback: '20s',
  }),
  readerGrace: duration({
    help: 'How long a run goes on when its last reader has left: a reload or a dropped line finds it again.',
    fallback: '15s',
  }),
  heartbeat: duration({
    help: 'A comment is sent so often, to keep the line open through proxies; 0: never.',
    fallback: '15s',
  }),
  runExpiry: duration({
    help: 'How long a run that is over can still be read.',
    fallback: '10m',
  }),
  maxRuns: integer(1, 100_000, {
    help: 'Runs that are kept at once, those that are over included; the oldest of them make room.',
    fallback: 256,
  }),
  bufferBytes: integer(4096, 2 ** 28, {
    help: 'Events that are kept of a run, in bytes; who comes back for older ones is told that they are lost.',
    fallback: 2 ** 20,
  }),
  maxBodyBytes: integer(1, 2 ** 26, {
    help: 'The largest request body, in bytes.',
    fallback: 2 ** 18,
  }),
  callerInFlight: integer(1, 100_000, { help: 'Runs in flight of one caller.', fallback: 4 }),
  callerPerMinute: integer(1, 1_000_000, { help: 'Runs a minute of one caller.', fallback: 30 }),
  callersBy: choice(['address', 'session'], {
    help: 'What a caller is: an IP address (IPv6: a /64), or an address and the x-session-id that it sends, where many share one. A session is easily made up.',
    fallback: 'address',
  }),
  trustProxy: integer(0, 16, {
    help: 'Proxies in front whose x-forwarded-for is believed; 0: none.',
    fallback: 0,
  }),
  origin: list({
    label: 'ORIGIN',
    help: "Web pages that may use the relay besides its own, and the relay's own public origin behind a proxy: https://app.example.",
  }),
}

export type RelayOptions = Resolved<typeof relayOptions>
