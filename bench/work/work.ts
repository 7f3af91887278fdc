/**
 * What to send: requests of one scenario, or of several by their weights. Every request draws for itself, so connections
 * do not walk one list in step, which would feed a server's prefix cache as no real users do.
 */
import { OptionError } from '../../base/option-error.ts'
import type { Resolved } from '../../base/option-table.ts'
import type { Random } from '../../base/random.ts'
import type { workOptions } from '../options/work.ts'
import { type Conversation, numbered } from './conversation.ts'
import { commonHeaders, type Headers, withoutHeaders } from './headers.ts'
import type { Hint } from './hint.ts'
import type { Bytes } from './read-lines.ts'
import type { Request } from './request.ts'
import type { RequestMaker } from './request-maker.ts'
import { createScenario, type Scenario, type ScenarioFacts } from './scenario.ts'
import { readScenarioFile } from './scenario-file.ts'

export interface Work {
  /** `synthetic`, or how many prompts were given. */
  readonly prompts: 'synthetic' | number
  readonly scenarios: readonly ScenarioFacts[]
  /** Of all requests; a request's own come to these. */
  readonly headers: Headers
  /** Whether some conversations may have several turns. */
  readonly hasTalks: boolean
  next(hint?: Hint): Request
  /** A session, of a scenario drawn by its weight; of one request where its endpoint or its script knows no more. */
  conversation(): Conversation
}

export type WorkOptions = Omit<Resolved<typeof workOptions>, 'url'>

export interface WorkContext {
  /** Of the base URL: '' or `?api-version=…`. */
  readonly query: string
  readonly random: Random
  readonly stdin: Bytes
  /** The number that this work's session `count` has among all of the run; default: the same. */
  readonly sessionNumber?: (count: number) => number
  /** A script failed: the run must end, and `next` gives what it gave before until then. May be called again. */
  onBroken(error: OptionError): void
}

/** Reads what is to be sent. Throws OptionError for what cannot be used. */
export async function createWork(options: WorkOptions, context: WorkContext): Promise<Work> {
  checkStdin(options)
  const scenarios = await readScenarios(options, context)
  const headers = commonHeaders(scenarios.map(scenario => scenario.headers))
  const makers = scenarios.map(scenario =>
    scenario.maker(withoutHeaders(scenario.headers, headers)),
  )
  const facts = scenarios.map(scenario => scenario.facts)
  const drawn = drawByWeight(makers, facts, context.random.fork('scenarios'))
  const given = facts.map(({ prompts }) => prompts)
  const { sessionNumber = count => count } = context
  const guard = createGuard(context.onBroken)
  let sessions = 0
  const counts = given.filter(prompts => prompts !== 'synthetic')
  return {
    prompts: counts.length === 0 ? 'synthetic' : counts.reduce((sum, count) => sum + count, 0),
    scenarios: facts,
    headers,
    hasTalks: scenarios.some(({ hasTalks }) => hasTalks),
    next: hint => guard(drawn(), maker => maker.next(hint), hint),
    conversation() {
      const maker = drawn()
      const talking = maker.conversation()
      const next = (hint?: Hint) => guard(maker, () => talking.next(hint), hint)
      return numbered({ ...talking, next }, () => sessionNumber(sessions++))
    },
  }
}

async function readScenarios(
  options: WorkOptions,
  { query, random, stdin }: WorkContext,
): Promise<readonly Scenario[]> {
  const { auth, apiKey } = options
  const common = { query, stdin, auth, apiKey }
  if (options.scenarios === undefined) {
    return [await createScenario(options, { ...common, name: undefined, weight: 1, random })]
  }
  const scenarios: Scenario[] = []
  for (const { name, weight, options: own, origins } of await readScenarioFile(
    options.scenarios,
    options,
  )) {
    const context = { ...common, name, weight, random: random.fork(name) }
    scenarios.push(
      await createScenario(own, context).catch(error => {
        throw error instanceof OptionError ? placed(error, name, origins) : error
      }),
    )
  }
  return scenarios
}

/** Says where the option stands in the file, or else in which scenario. */
function placed(
  error: OptionError,
  name: string,
  origins: Readonly<Record<string, string>>,
): OptionError {
  const { option, value, allowed } = error
  const own = origins[option === 'header' ? 'headers' : option]
  const place = own === undefined || own === 'default' ? `scenario ${name}, ${option}` : own
  return new OptionError(option, value, allowed, { origin: error.origin ?? place, cause: error })
}

/** Standard input can be read but once. */
function checkStdin({ promptFile, promptLines, dataset }: WorkOptions): void {
  const uses = [...promptFile, ...promptLines, ...dataset].filter(path => path === '-')
  if (uses.length > 1) {
    throw new OptionError('dataset', '-', 'standard input can be read once only')
  }
}

function drawByWeight(
  makers: readonly RequestMaker[],
  facts: readonly ScenarioFacts[],
  random: Random,
): () => RequestMaker {
  const [only, ...others] = makers
  if (others.length === 0) return () => only!
  const ends: number[] = []
  let total = 0
  for (const { weight } of facts) {
    total += weight
    ends.push(total)
  }
  return () => {
    const place = random.next() * total
    return makers[ends.findIndex(end => place < end)] ?? makers.at(-1)!
  }
}

/** Once a script has failed, what it said last is sent until the run has ended, for its answer is not looked at. */
function createGuard(onBroken: (error: OptionError) => void) {
  let last: Request | undefined
  return <T extends Request | undefined>(
    maker: RequestMaker,
    ask: (maker: RequestMaker) => T,
    hint: Hint | undefined,
  ): T | Request => {
    try {
      const asked = ask(maker)
      last = asked ?? last
      return asked
    } catch (error) {
      if (!(error instanceof OptionError)) throw error
      last ??= maker.plain(hint)
      onBroken(error)
      return last
    }
  }
}
