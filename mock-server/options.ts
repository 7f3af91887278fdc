/** Every setting of the mock server. */
import { choice, distribution, integer, list, type Resolved, text } from '../base/option-table.ts'

export const serverOptions = {
  port: integer(0, 65_535, { help: 'The port to listen on; 0 takes a free one.', fallback: 4010 }),
  host: text({ label: 'ADDRESS', help: 'The address to listen on.', fallback: '127.0.0.1' }),
  ttft: distribution('ms', {
    help: 'Time to first token: a constant or a distribution, e.g. lognormal(p50=350ms,p95=900ms).',
    fallback: '350ms',
  }),
  itl: distribution('ms', {
    help: 'Time between two tokens: a constant or a distribution.',
    fallback: '18ms',
  }),
  tokens: distribution('count', {
    help: 'Output tokens of a reply that max_tokens does not cut: a number or a distribution.',
    fallback: 64,
  }),
  rpm: integer(1, 1_000_000_000, { help: 'Requests a minute, for each API key and model.' }),
  tpm: integer(1, 1_000_000_000_000, {
    help: 'Tokens a minute, for each API key and model: input and max_tokens are reserved.',
  }),
  maxConcurrent: integer(1, 1_000_000, {
    help: 'Requests in flight at once, for each API key and model.',
  }),
  apiKey: list({
    label: 'KEY',
    help: 'The API keys that are accepted; any key is, until one is named.',
  }),
  models: list({
    label: 'NAME',
    help: 'The models that are served; any model is, until one is named.',
  }),
  seed: integer(0, Number.MAX_SAFE_INTEGER, {
    help: 'The seed of all chance. Named, it also fixes `created`, so that answers repeat to the byte.',
  }),
  maxBodyBytes: integer(1, 2 ** 26, {
    help: 'The largest request body, in bytes.',
    fallback: 32 * 2 ** 20,
  }),
  journal: integer(0, 1_000_000, {
    label: 'N',
    help: 'How many requests the journal keeps.',
    fallback: 1000,
  }),
  logLevel: choice(['silent', 'error', 'info', 'debug'], {
    help: 'How much is told on standard error; debug tells every request.',
    fallback: 'info',
  }),
}

export type ServerOptions = Resolved<typeof serverOptions>
