/** Before a run: what it will come to is told, and a host that is not this machine is asked only with leave. */
import type { Clock } from '../../base/clock.ts'
import { OptionError } from '../../base/option-error.ts'
import type { Resolved } from '../../base/option-table.ts'
import { createRandom } from '../../base/random.ts'
import { loadPrices } from '../../client/cost.ts'
import { planLoad } from '../load/plan.ts'
import type { benchOptions } from '../options.ts'
import type { Schedule } from '../schedule/arrival.ts'
import type { Hint } from '../work/hint.ts'
import { createWork } from '../work/work.ts'
import { type Estimate, estimate, estimateWords } from './estimate.ts'
import { expectedRequests } from './expected-requests.ts'
import { createGuard, type Guard } from './guard.ts'
import { type Confirm, foreignOf, takeLeave } from './leave.ts'
import { drawSessionSizes, drawSizes } from './request-size.ts'
import { createMeter } from './spending.ts'

export type SafetyOptions = Omit<Resolved<typeof benchOptions>, 'url'>

export interface Leave {
  readonly clock: Clock
  onNotice(text: string): void
  readonly confirm: Confirm
}

/** Elsewhere than here a run that only fails is ended. */
const usualStopOnErrors = 0.5
const drawn = 50
const drawnSessions = 10

/** Resolves to what watches over the run. Throws OptionError when the run is not to be. */
export async function approve(
  options: SafetyOptions,
  urls: readonly URL[],
  leave: Leave,
): Promise<Guard> {
  const foreign = foreignOf(urls)
  const { maxCost: budget, yes } = options
  const stopOnErrors = options.stopOnErrors ?? (foreign.length > 0 ? usualStopOnErrors : undefined)
  if (foreign.length === 0 && budget === undefined) {
    return createGuard({ meter: undefined, budget, priceSource: undefined, stopOnErrors })
  }

  const found = await estimated(options, urls, leave)
  const hosts = [...new Set(urls.map(({ host }) => host))]
  leave.onNotice(estimateWords(found, hosts))
  if (budget !== undefined && found.unpriced.length > 0) {
    const why = `it cannot be kept, for no price is known for ${found.unpriced.join(', ')}: give --prices FILE`
    throw new OptionError('maxCost', undefined, why)
  }
  if (foreign.length > 0 && budget === undefined && !yes) {
    const ways = urls.length > 1 ? '--yes' : '--max-cost USD or --yes'
    await takeLeave(foreign, ways, leave.confirm)
  }
  const { tariffs, inputTokens, nanoDollarsEach } = found
  const meter = createMeter({
    tariffOf: scenario => tariffs.get(scenario),
    expected: { inputTokens, nanoDollars: nanoDollarsEach },
  })
  return createGuard({ meter, budget, priceSource: found.priceSource, stopOnErrors })
}

/** By work and a load of its own, from the same seed, so that the run's own draws are not touched. */
async function estimated(
  options: SafetyOptions,
  urls: readonly URL[],
  { clock }: Leave,
): Promise<Estimate> {
  const [url] = urls as readonly [URL, ...URL[]]
  const random = createRandom(options.seed)
  const work = await createWork(withoutStdin(options), {
    query: url.search,
    random: random.fork('prompts'),
    stdin: nothing(),
    // The run will say so.
    onBroken() {},
  })
  const takesTurns = options.turns !== undefined
  const plan = await planLoad(options, random.fork('load'), takesTurns, work.hasTalks)
  const open = plan.loop === 'open' ? plan : undefined
  const { sizes, turns } = open?.sessions
    ? await drawSessionSizes(work, drawnSessions)
    : { sizes: await drawSizes(work, drawn, hintsOf(open?.schedule)), turns: 1 }
  const book = await loadPrices(options.prices, url.href)
  return estimate(sizes, work, { book, wallMs: clock.wallMs() }, outputTokens => {
    const expected = expectedRequests(plan, options.warmup, outputTokens, turns)
    // Two targets share the time, but each has the number of requests to itself.
    const times = options.requests === undefined ? 1 : urls.length
    return { ...expected, count: expected.count * times }
  })
}

function* hintsOf(schedule: Schedule | undefined): Generator<Hint | undefined> {
  if (!schedule) return
  const arrivals = schedule.arrivals()
  for (let next = arrivals.next(); !next.done; next = arrivals.next()) yield next.value.hint
}

/** Standard input can be read but once, and is the run's; synthetic prompts stand for what comes there. */
function withoutStdin(options: SafetyOptions): SafetyOptions {
  const { promptFile, promptLines, dataset } = options
  const named = (paths: readonly string[]) => paths.filter(path => path !== '-')
  return {
    ...options,
    promptFile: named(promptFile),
    promptLines: named(promptLines),
    dataset: named(dataset),
  }
}

async function* nothing(): AsyncGenerator<never> {}
