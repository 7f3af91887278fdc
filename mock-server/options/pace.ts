/** How fast and how long replies are. */
import {
  type Distribution,
  distributionSyntax,
  parseDistribution,
} from '../../base/distribution.ts'
import { distribution, duration, type Row, text } from '../../base/option-table.ts'
import { parseStalls, type Stalls, stallsSyntax } from '../engine/cadence/stalls.ts'

/** Not among those that may change while the server runs: what it stands for is. */
export const profileOptions = {
  profile: profile({
    label: 'NAME|FILE',
    help: 'Ready behaviour: a profile by name (tokadence profile --list), or a YAML file of options. Other options win.',
  }),
}

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
  stalls: stalls({
    label: 'HOW',
    help: 'Pauses in the middle of a stream: how likely and how long, e.g. "2% 3s" of the tokens, or "0.1/s lognormal(p50=1s,p95=4s)".',
  }),
  bursts: distribution('count', {
    help: 'Chunks come so many at once, with pauses between: a number or a distribution. The mean rate stays.',
  }),
  chunkTokens: distribution('count', {
    help: 'Tokens of one chunk, as of an engine that drafts ahead: a number or a distribution. The mean rate stays.',
  }),
  eventsAWrite: distribution('count', {
    help: 'The events of so many chunks are written at once: a number or a distribution. The mean rate stays.',
  }),
  splitWrites: distribution('count', {
    help: 'What would be one write is spread over so many, cut anywhere: a number or a distribution, at most 64.',
  }),
  keepAlive: silence({
    help: 'Sends a comment line after each such time of silence in a stream: before the first token, and in stalls.',
  }),
  headersAfter: headers({
    label: 'DURATION|first-token',
    help: 'When the status line comes: a constant, a distribution, or with the first token. Default: at once.',
  }),
}

function profile(words: { label: string; help: string }): Row<string | undefined, string> {
  return {
    ...text(words),
    async brings(name, origin) {
      const { readProfile } = await import('../profiles/read-profile.ts')
      return readProfile(name, { origin })
    },
  }
}

function stalls(words: { label: string; help: string }): Row<Stalls | undefined, string> {
  return {
    ...text(words),
    allowed: stallsSyntax,
    read: value => (typeof value === 'string' ? parseStalls(value) : undefined),
  }
}

/** At least a millisecond: a comment is a write. */
function silence(words: { help: string }): Row<number | undefined, string | number> {
  const row = duration(words)
  return {
    ...row,
    allowed: 'write a duration of 1ms or more, such as 15s',
    read(value) {
      const ms = row.read(value)
      return ms !== undefined && ms >= 1 ? ms : undefined
    },
  }
}

function headers(words: {
  label: string
  help: string
}): Row<Distribution | 'first-token' | undefined, string | number> {
  return {
    ...text(words),
    fallback: undefined,
    allowed: `${distributionSyntax('ms')}; or first-token`,
    read(value) {
      if (value === 'first-token') return value
      if (typeof value !== 'string' && typeof value !== 'number') return undefined
      return parseDistribution(value, 'ms')
    },
  }
}
