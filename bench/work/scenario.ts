/** One kind of request that a run sends: its endpoint, model and prompts, how long they are, what is added to them. */
import { OptionError } from '../../base/option-error.ts'
import type { Resolved } from '../../base/option-table.ts'
import type { Random } from '../../base/random.ts'
import type { scenarioOptions } from '../options/work.ts'
import { createBodyMaker } from './body.ts'
import { type Endpoint, type EndpointName, endpoints, usualModel } from './endpoints.ts'
import { readGiven } from './given-prompts.ts'
import { type AuthStyle, type Headers, headersFor } from './headers.ts'
import { loadScript } from './load-script.ts'
import type { Bytes } from './read-lines.ts'
import { createRequestMaker, type RequestMaker } from './request-maker.ts'
import { givenSource, syntheticSource } from './source.ts'

export type ScenarioOptions = Resolved<typeof scenarioOptions>

/** What a report says of it. */
export interface ScenarioFacts {
  /** Undefined where the run has but one. */
  readonly name: string | undefined
  /** Its share of the requests is this among all weights. */
  readonly weight: number
  readonly endpoint: EndpointName
  readonly model: string
  readonly stream: boolean
  readonly prompts: 'synthetic' | number
  /** As they were written; undefined: as the prompts, or the server, have it. */
  readonly inputTokens: string | undefined
  readonly outputTokens: string | undefined
}

export interface Scenario {
  readonly facts: ScenarioFacts
  readonly headers: Headers
  /** Whether some of its conversations may have several turns. */
  readonly hasTalks: boolean
  /** `own`: its headers that not all requests of the run have. Throws OptionError. */
  maker(own: Headers): RequestMaker
}

export interface ScenarioContext {
  readonly name: string | undefined
  readonly weight: number
  readonly random: Random
  readonly stdin: Bytes
  readonly auth: AuthStyle
  readonly apiKey: string
  /** Of every request: '' or `?api-version=…`. */
  readonly query: string
}

/** Throws OptionError for options that do not go together and files that cannot be read. */
export async function createScenario(
  options: ScenarioOptions,
  context: ScenarioContext,
): Promise<Scenario> {
  checkTogether(options)
  const { endpoint: name, header, script: path, inputTokens, outputTokens } = options
  const { random } = context
  const endpoint = endpoints[name]
  const { stream: said, ...extra } = options.body ?? {}
  const streams = options.stream ?? (said === undefined ? endpoint.streams === true : said === true)
  const model = options.model === usualModel ? (endpoint.model ?? usualModel) : options.model
  const bodies = createBodyMaker({ endpoint, model, streams, extra })
  const given = await readGiven(options, { random: random.fork('kept'), stdin: context.stdin })
  const source =
    given.kept.length > 0
      ? givenSource(given, bodies, random.fork('prompts'))
      : syntheticSource({ ...options, endpoint }, bodies, random.fork('prompts'))
  const script = path === undefined ? undefined : await loadScript(path)
  if (script?.next && options.turns) {
    const why = 'the script says what each request is, and knows no turns'
    throw new OptionError('turns', options.turns.text, why)
  }
  if (source.isWhole && options.turns) {
    const why = 'whole request bodies have no turns: write messages, conversations or prompt'
    throw new OptionError('turns', options.turns.text, why)
  }
  const { auth, apiKey } = context
  const mayTalk = options.turns !== undefined || source.hasTalks
  return {
    facts: {
      name: context.name,
      weight: context.weight,
      endpoint: name,
      model,
      stream: streams,
      prompts: source.prompts,
      inputTokens: inputTokens?.text,
      outputTokens: outputTokens?.text,
    },
    headers: headersFor({ endpoint, streams, auth, apiKey, added: header }),
    hasTalks: endpoint.conversation !== undefined && !script?.next && mayTalk,
    maker: own =>
      createRequestMaker({
        ...{ options, endpoint, bodies, source, script, own },
        reader: endpoint.reader(streams),
        name: context.name,
        query: context.query,
        random,
      }),
  }
}

function checkTogether({ endpoint: name, ...options }: ScenarioOptions): void {
  const { prompt, promptFile, promptLines, dataset, inputTokens, outputTokens, maxTokens } = options
  const endpoint: Endpoint = endpoints[name]
  const isGiven = [prompt, promptFile, promptLines, dataset].some(({ length }) => length > 0)
  const refuse = (option: string, value: unknown, why: string) => {
    throw new OptionError(option, value, why)
  }
  if (isGiven && inputTokens) {
    refuse('inputTokens', inputTokens.text, 'given prompts have the length that they have')
  }
  if (isGiven && options.sharedPrefix !== undefined) {
    refuse('sharedPrefix', options.sharedPrefix, 'only synthetic prompts share beginnings')
  }
  if (outputTokens && maxTokens !== undefined) {
    refuse('maxTokens', maxTokens, 'outputTokens says it already: leave out one of the two')
  }
  if (outputTokens && !endpoint.limit) {
    refuse('outputTokens', outputTokens.text, `answers of ${name} have no length to ask for`)
  }
  if (maxTokens !== undefined && !endpoint.limit) {
    refuse('maxTokens', maxTokens, `answers of ${name} have no length to ask for`)
  }
  if (options.stream && endpoint.streams === undefined) {
    refuse('stream', true, `answers of ${name} are never streams`)
  }
  if (options.turns && !endpoint.conversation) {
    refuse('turns', options.turns.text, `${name} knows no conversations`)
  }
}
