/** How fast and how long replies are. */
import { distribution } from '../../base/option-table.ts'

export const paceOptions = {
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
}
