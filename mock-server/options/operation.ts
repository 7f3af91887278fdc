/** For whoever runs the server: what it tells, and who may ask. */
import { choice, duration, flag, integer, text } from '../../base/option-table.ts'

export const operationOptions = {
  startup: duration({
    help: 'How long it is not ready after its start, as while a model is loaded: /readyz and every API request are answered with 503.',
    fallback: 0,
  }),
  journal: integer(0, 1_000_000, {
    label: 'N',
    help: 'How many requests the journal keeps.',
    fallback: 1000,
  }),
  idempotency: integer(0, 1_000_000, {
    label: 'N',
    help: 'How many answers are kept, at most a day and 64 MiB of them, for requests that come again with the same Idempotency-Key; 0: the header means nothing.',
    fallback: 10_000,
  }),
  logLevel: choice(['silent', 'error', 'info', 'debug'], {
    help: 'How much is told on standard error; debug tells every request.',
    fallback: 'info',
  }),
  metricsDialect: choice(['openai', 'vllm'], {
    help: 'Whose metrics are told beside our own at /metrics; vllm: its series, names and buckets.',
    fallback: 'openai',
  }),
  clock: choice(['system', 'manual'], {
    help: 'Whose time it is: with manual it stands still until it is told to move, by POST /_tokadence/clock/advance or `mock.clock.advance`.',
    fallback: 'system',
  }),
  promptCache: choice(['on', 'off'], {
    help: 'Whether the beginning of a long prompt that was seen before is told as cached, and read at once; off, no answer depends on what came before it.',
    fallback: 'on',
  }),
  controlToken: text({
    label: 'TOKEN',
    help: 'Lets whoever sends it as a bearer token use the control plane from other machines; without one, only this machine may.',
  }),
  tls: flag({
    help: 'Speaks HTTPS, with a certificate of its own that is made at every start; tlsCert and tlsKey name another.',
  }),
  tlsCert: text({
    label: 'FILE',
    help: 'The certificate for HTTPS, PEM, with its chain; needs tlsKey.',
  }),
  tlsKey: text({ label: 'FILE', help: "The certificate's private key, PEM." }),
}
