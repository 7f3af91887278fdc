/** The client's option table: every setting that flags, environment, file or a caller may give. */
import {
  choice,
  dollars,
  duration,
  type Given,
  integer,
  type Resolved,
  text,
} from '../base/option-table.ts'

export const clientOptions = {
  url: text({
    help: 'Where the API is, `/v1` included.',
    fallback: 'http://127.0.0.1:4010/v1',
    label: 'URL',
    env: ['OPENAI_BASE_URL'],
  }),
  apiKey: text({
    help: 'The key to send; it is never shown.',
    fallback: 'sk-tokadence',
    label: 'KEY',
    env: ['OPENAI_API_KEY'],
  }),
  model: text({ help: 'The model to ask for.', fallback: 'gpt-4o-mini', label: 'MODEL' }),
  api: choice(['chat', 'responses'], {
    help: 'chat: chat completions; responses: the Responses API. The same request goes to either, and answers read alike.',
    fallback: 'chat',
  }),
  transport: choice(['wire', 'sdk'], {
    help: 'wire: undici and an event parser; sdk: the official openai package, its retries off.',
    fallback: 'wire',
  }),
  concurrency: integer(1, 100_000, {
    help: 'Requests in flight at once, all calls of one client together; with pace adaptive, at most.',
    fallback: 64,
  }),
  pace: choice(['adaptive', 'fixed'], {
    help: 'adaptive: begins with 4 requests in flight and finds how many the server takes; fixed: as many as concurrency from the start.',
    fallback: 'adaptive',
  }),
  rpm: integer(1, 1_000_000_000, {
    help: "Requests a minute, sent evenly; the server's own limits are read from its answers.",
  }),
  tpm: integer(1, 1_000_000_000_000, {
    help: 'Tokens a minute, input and output: what a reply may take is reserved, what it did not is given back.',
  }),
  maxAttempts: integer(1, 100, { help: 'Sends of one request, the first included.', fallback: 6 }),
  baseDelay: duration({
    help: 'Back-off: attempt n is followed by a wait of up to this times 2^(n-1).',
    fallback: '500ms',
  }),
  maxDelay: duration({
    help: 'The longest wait between two attempts; a server that asks for more is not asked again.',
    fallback: '60s',
  }),
  whenCut: choice(['fail', 'restart', 'continue'], {
    help: 'A stream that breaks off after it began: fail; restart: ask anew and withdraw what came; continue: ask for the rest. All of it is paid for.',
    fallback: 'fail',
  }),
  retryBudget: integer(0, 100, {
    help: 'Retries in percent of all sends (and ten more), where no wait was asked for; 100: as many as maxAttempts allows.',
    fallback: 10,
    label: 'PERCENT',
  }),
  connectTimeout: duration({ help: 'Until the connection stands; 0: no limit.', fallback: '10s' }),
  firstTokenTimeout: duration({
    help: 'From sending to the first token, of each attempt; 0: no limit.',
    fallback: '5m',
  }),
  idleTimeout: duration({
    help: 'Between two events of a stream (comments are none); 0: no limit.',
    fallback: '2m',
  }),
  totalTimeout: duration({
    help: 'From the first send to the last byte, retries and waits included; 0: no limit.',
    fallback: '15m',
  }),
  counting: choice(['exact', 'off'], {
    help: 'exact: output is counted while it streams; off: usage is only what the API says.',
    fallback: 'exact',
  }),
  maxCost: dollars({
    help: 'What all calls of the client may cost together: none is sent, or goes on, beyond it. Output is then always counted.',
  }),
  prices: text({
    help: "JSON of prices in USD per million tokens (or LiteLLM's) that come before the built-in ones.",
    label: 'FILE',
  }),
}

export type ClientOptions = Resolved<typeof clientOptions>
export type GivenClientOptions = Given<typeof clientOptions>
