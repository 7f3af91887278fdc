/** The options of `tokadence tune`. */
import {
  choice,
  duration,
  integer,
  list,
  type OptionTable,
  type Row,
  text,
} from '../../base/option-table.ts'
import { clientOptions } from '../../client/options.ts'
import { loadOptions } from '../options/load.ts'
import { ruleList } from '../options/rule-list.ts'
import { safetyOptions } from '../options/safety.ts'
import { workOptions } from '../options/work.ts'
import { patterns } from '../schedule/gaps.ts'
import { type PolicyName, policyNames } from './policy.ts'

const policies = ((): Row<readonly PolicyName[] | undefined, readonly string[] | string> => {
  const { read, ...row } = list({
    label: policyNames.join(','),
    help: 'How the reference client retries, one search each. none: a call that fails is over; client: tried again, with retry-after, back-off and shared pauses. Default: client; over rate none.',
  })
  return {
    ...row,
    fallback: undefined,
    allowed: `write one or more of ${policyNames.join(', ')}`,
    read(value) {
      const names = new Set(read(value))
      const known = policyNames.filter(name => names.has(name))
      return known.length > 0 && known.length === names.size ? known : undefined
    },
  }
})()

/** Without talks of several turns, which no driver of the reference client has. */
const { turns: _, ...ofWork } = workOptions

export const tuneOptions = {
  ...ofWork,
  over: choice(['concurrency', 'rate'], {
    fallback: 'concurrency',
    help: 'What to find: how many requests in flight are best, or the highest rate at which requests may arrive, however slow the answers.',
  }),
  slo: ruleList(
    "An objective such as 'ttft: p(95)<1s' or 'errors: rate<1%' that the answer must keep to, and each request that counts as goodput. May be given again.",
  ),
  retries: policies,
  maxConcurrency: integer(1, 20_000, {
    help: 'The most requests in flight that are tried; over rate, what is due while so many are is dropped. Default: 256; over rate 10000.',
  }),
  maxRate: integer(1, 100_000, {
    fallback: 1000,
    help: 'Over rate: the most requests a second that are tried.',
  }),
  arrivals: choice(patterns, {
    help: 'Over rate: how requests arrive, evenly or at random as of many users. Default: poisson.',
  }),
  shape: loadOptions.shape,
  enough: integer(50, 100, {
    fallback: 97,
    label: 'PERCENT',
    help: 'The cap is the smallest number in flight that brings this much of the best goodput among those that keep to the objectives.',
  }),
  point: duration({
    help: 'How long each number in flight, or rate, is measured. Default: six replies, at least 2s; near the answer longer.',
  }),
  repeats: integer(1, 20, {
    fallback: 2,
    help: 'How often the numbers that the answer rests on are measured.',
  }),
  maxAttempts: clientOptions.maxAttempts,
  baseDelay: clientOptions.baseDelay,
  maxDelay: clientOptions.maxDelay,
  timeout: duration({
    fallback: '60s',
    help: 'A request is given up when no token came for this long.',
  }),
  yes: safetyOptions.yes,
  seed: text({ fallback: 'tokadence', help: "Seeds the prompts and the client's jitter." }),
  json: text({
    label: 'FILE|-',
    help: 'Write the result as JSON to a file, or to stdout with -.',
  }),
  html: text({ label: 'FILE', help: 'Write the curve and its table as one self-contained page.' }),
  label: text({ help: 'A name for the search, shown in reports.' }),
} satisfies OptionTable
