/** When it is sent, and how much of it. */
import {
  choice,
  distribution,
  duration,
  integer,
  type OptionTable,
  type Resolved,
  text,
} from '../../base/option-table.ts'
import { type Burst, burstSyntax, parseBurst } from '../schedule/burst.ts'
import { patterns } from '../schedule/gaps.ts'
import { parseRateRange, type RateRange, rateRangeSyntax } from '../schedule/rate.ts'
import type { Stretch } from '../schedule/rate-course.ts'
import { parseStages, stagesSyntax } from '../schedule/stages.ts'
import { parsed, parseShare, shareSyntax } from './parsed.ts'

/** A number above 0, up to 1 million. */
function parsePositive(value: string): number | undefined {
  const number = Number(value.trim().replace(/x$/, ''))
  return number > 0 && number <= 1e6 ? number : undefined
}

export const loadOptions = {
  connections: integer(1, 20_000, {
    fallback: 10,
    help: 'Connections, each with one request in flight at a time.',
  }),
  connectionsFrom: integer(1, 20_000, {
    help: 'Begin with so many connections; one after the other they become --connections over the duration.',
  }),
  users: integer(1, 20_000, {
    help: 'Users instead of connections: each asks, reads the answer, thinks, and asks again.',
  }),
  think: distribution('ms', {
    help: 'How long a user, or a session, thinks between an answer and the next request: a duration or a distribution.',
  }),
  rate: parsed<RateRange>(
    {
      label: 'RATE',
      allowed: rateRangeSyntax,
      help: 'Requests a second, such as 50, 300/m or 10..100: sent when they are due, however slow the answers. With turns: sessions a second.',
    },
    parseRateRange,
  ),
  stages: parsed<readonly Stretch[]>(
    {
      label: 'RATE:DURATION,…',
      allowed: stagesSyntax,
      help: 'A rate that changes, such as 10/s:30s,50/s:1m: each stage goes evenly to its rate, one of 0s is a step.',
    },
    parseStages,
  ),
  burst: parsed<Burst>(
    {
      label: 'N/DURATION',
      allowed: burstSyntax,
      help: 'Requests in bursts, such as 50/10s: so many at once, again and again.',
    },
    parseBurst,
  ),
  trace: text({
    label: 'FILE',
    help: 'Replay a trace, CSV or JSONL: Azure’s, Mooncake’s or BurstGPT’s, or columns atMs, inputTokens, outputTokens.',
  }),
  speed: parsed<number>(
    {
      label: 'FACTOR',
      allowed: 'write a number above 0, such as 10 to replay in a tenth of the time',
      help: 'How much faster than it was the trace is replayed.',
    },
    parsePositive,
  ),
  arrivals: choice(patterns, {
    help: 'How requests arrive at a rate or in stages: evenly, or at random as of many users. Default: poisson.',
  }),
  shape: parsed<number>(
    {
      label: 'N',
      allowed: 'write a number above 0, such as 0.25',
      help: 'Of gamma arrivals: below 1 they come in bursts, at 1 as poisson, above it ever more evenly.',
    },
    parsePositive,
  ),
  maxInFlight: integer(1, 100_000, {
    help: 'At a rate or in a trace: what is due while so many requests, or sessions, are under way is dropped and counted. Default: 10000.',
  }),
  cancel: parsed<number>(
    {
      label: 'SHARE',
      allowed: shareSyntax,
      help: 'Hang up on this share of the requests before their answer is complete.',
    },
    parseShare,
  ),
  cancelAfter: distribution('ms', {
    help: 'When to hang up, from the send: a duration or a distribution. Default: 500ms.',
  }),
  duration: duration({
    help: 'How long to measure, after the warm-up. Default: 10s; stages and traces as long as they last.',
  }),
  requests: integer(1, 100_000_000, {
    help: 'Measure this many requests instead of a duration.',
  }),
  grace: duration({
    help: 'At a rate or in a trace: how long to wait at the end for what is in flight. Default: 0s, of a trace 30s.',
  }),
  warmup: duration({
    fallback: '2s',
    help: 'Load before the measuring; connections start spread over three quarters of it. 0s: none.',
  }),
  timeout: duration({
    fallback: '60s',
    help: 'A request is given up when no byte came for this long; a stream that flows may last.',
  }),
  workers: integer(1, 64, {
    fallback: 1,
    help: 'Threads that share the load, each on a core of its own; together they send what one would.',
  }),
  seed: text({
    fallback: 'tokadence',
    help: 'Seeds the prompts, their order and when they are sent.',
  }),
} satisfies OptionTable

export type LoadOptions = Resolved<typeof loadOptions>
