/** Every setting of the mock server. */
import {
  choice,
  distribution,
  flag,
  integer,
  list,
  type Resolved,
  type Row,
  text,
} from '../base/option-table.ts'
import { dialectNames } from './dialects/index.ts'

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
  reasoning: distribution('count', {
    help: 'Reasoning tokens before a reply at medium effort, of a model that reasons.',
    fallback: 64,
  }),
  batchTime: distribution('ms', {
    help: 'How long a batch takes, from its creation to its completion; its requests are spread over it.',
    fallback: '2s',
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
  dialect: choice(dialectNames, {
    help: 'The provider whose ways are spoken: OpenAI, or another that is compatible in its own manner.',
    fallback: 'openai',
  }),
  lenient: flag({
    help: 'Refuses nothing that a schema test would send: unknown ids come into being, placeholders are accepted.',
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
  upstream: text({
    label: 'URL',
    help: 'Passes every request on to this OpenAI-compatible base URL instead of answering it.',
  }),
  upstreamKey: text({
    label: 'KEY',
    help: "The API key for the upstream; without one, each client's own is passed on.",
  }),
  record: text({
    label: 'DIR',
    help: 'Writes every answer of the upstream, with the time of each chunk, to a file in this folder.',
  }),
  replay: text({
    label: 'DIR',
    help: 'Answers with the recordings in this folder; what none matches goes to the upstream, if there is one.',
  }),
  replaySpeed: speed({
    label: 'K|max',
    help: 'How many times faster than recorded; max does not wait at all. Default: 1.',
  }),
  fixtures: list({
    label: 'FILE|DIR',
    help: 'Files and folders of fixtures: what is asked, and what is answered then. Read again when they change.',
  }),
  fixturesOnly: flag({
    help: 'Refuses what is asked of a model and no fixture answers, and names the nearest.',
  }),
}

export type ServerOptions = Resolved<typeof serverOptions>

/** Infinity inside is `max`. */
function speed(words: { label: string; help: string }): Row<number | undefined, number | string> {
  return {
    ...text(words),
    allowed: 'write a number above 0, or max',
    read(value) {
      if (value === 'max') return Number.POSITIVE_INFINITY
      const factor = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      return typeof factor === 'number' && factor > 0 && factor < Infinity ? factor : undefined
    },
  }
}
