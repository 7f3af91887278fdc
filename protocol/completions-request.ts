/** A legacy completion as it was asked for: unknown JSON to a CompletionsRequest, or OpenAI's own refusal. */

import type { Ask } from './ask.ts'
import { capabilitiesOf } from './capabilities.ts'
import { checkStop, checkStreamOptions, logitBias } from './chat-fields.ts'
import {
  boolean,
  type Checks,
  decimal,
  integer,
  isObject,
  type Json,
  soundFields,
  string,
} from './checks.ts'
import { checkPrompt, type Prompt, promptsOf } from './completions-prompt.ts'
import {
  bestIsNotStreamed,
  fewerThanAsked,
  streamOptionsWithoutStream,
  tooManyChoices,
} from './errors/chat.ts'
import { unrecognizedArguments, wrongType } from './errors/field.ts'
import { maxTokensTooLarge, noModel, notSampled, promptTooLong } from './errors/model.ts'

export interface CompletionsRequest {
  /** At least one. Choices of prompt p are numbered from `p * choices`. */
  readonly prompts: readonly Prompt[]
  /** What is asked of the model with a prompt's text. */
  askFor(prompt: string): Ask
  readonly model: string
  /** How many choices a prompt. */
  readonly choices: number
  readonly maxTokens: number
  readonly stream: boolean
  readonly includeUsage: boolean
  /** Whether the answer repeats the prompt before it goes on. */
  readonly echo: boolean
  /** What comes after the answer. */
  readonly suffix: string | undefined
  /** How many are made of which the best are shown; they all cost tokens. At least `choices`. */
  readonly bestOf: number
  /** Alternatives beside each token, 0 to 5; undefined: no log probabilities. */
  readonly logprobs: number | undefined
}

const MAX_CHOICES = 128
const DEFAULT_MAX_TOKENS = 16

const fields: Checks = {
  model: string,
  prompt: checkPrompt,
  best_of: integer(0, 20),
  echo: boolean,
  frequency_penalty: decimal(-2, 2),
  logit_bias: logitBias,
  logprobs: integer(0, 5),
  max_tokens: integer(0, Number.MAX_SAFE_INTEGER),
  n: integer(1, MAX_CHOICES),
  presence_penalty: decimal(-2, 2),
  seed: integer(-(2 ** 63), 2 ** 63),
  stop: checkStop,
  stream: boolean,
  stream_options: checkStreamOptions,
  suffix: string,
  temperature: decimal(0, 2),
  top_p: decimal(0, 1),
  user: string,
}

/** Throws ApiError for a body that OpenAI would refuse; `lenient`: only for one that is no object. */
export function parseCompletionsRequest(
  body: unknown,
  { lenient = false } = {},
): CompletionsRequest {
  if (!isObject(body)) throw wrongType('body', 'an object', body)
  if (lenient) {
    const sound = soundFields(body, fields)
    return bounded(readCompletions({ ...sound, model: sound.model || DEFAULT_MODEL } as Sound))
  }
  if (body.model === undefined || body.model === null || body.model === '') throw noModel()
  const unknown = Object.keys(body).filter(name => !Object.hasOwn(fields, name))
  if (unknown.length > 0) throw unrecognizedArguments(unknown)
  for (const name in fields) fields[name]!(body[name], name)
  const request = readCompletions(body as Sound)
  checkTogether(body, request)
  return request
}

function checkTogether(body: Json, request: CompletionsRequest): void {
  const { prompts, choices, bestOf, stream, maxTokens } = request
  if (body.stream_options != null && !stream) throw streamOptionsWithoutStream()
  const all = prompts.length * choices
  if (all > MAX_CHOICES) throw tooManyChoices(all, MAX_CHOICES)
  if (body.best_of != null && choices > (body.best_of as number)) {
    throw fewerThanAsked(choices, body.best_of as number)
  }
  if (stream && bestOf > choices) throw bestIsNotStreamed()
  // Models that chat are served too: what measures engines knows no other path.
  const { serves, outputTokens } = capabilitiesOf(request.model)
  if (serves === 'other') throw notSampled()
  if (outputTokens !== undefined && maxTokens > outputTokens) {
    throw maxTokensTooLarge('max_tokens', maxTokens, outputTokens)
  }
}

/** A model that answers where none is named. */
const DEFAULT_MODEL = 'gpt-3.5-turbo-instruct'

/** No more choices than are allowed, so that nothing is made without end. */
function bounded(request: CompletionsRequest): CompletionsRequest {
  const { prompts, choices } = request
  if (prompts.length * choices <= MAX_CHOICES) return request
  return { ...request, prompts: prompts.slice(0, Math.floor(MAX_CHOICES / choices)) }
}

/** What is read of a body that was checked. */
interface Sound extends Json {
  readonly model: string
  readonly best_of?: number | null
  readonly logprobs?: number | null
  readonly max_tokens?: number | null
  readonly n?: number | null
  readonly seed?: number | null
  readonly stop?: string | readonly string[] | null
  readonly stream_options?: Json | null
  readonly suffix?: string | null
}

function readCompletions(body: Sound): CompletionsRequest {
  const { model, stop } = body
  const choices = body.n ?? 1
  const maxTokens = body.max_tokens ?? DEFAULT_MAX_TOKENS
  const logprobs = body.logprobs ?? undefined
  const common = {
    model,
    tools: [],
    toolChoice: 'none',
    parallelCalls: false,
    format: { kind: 'text' },
    choices,
    maxTokens,
    stop: typeof stop === 'string' ? [stop] : (stop ?? []),
    seed: body.seed ?? undefined,
    topLogprobs: logprobs,
    effort: undefined,
  } as const
  return {
    prompts: promptsOf(body.prompt),
    askFor: prompt => ({ ...common, turns: [{ role: 'user', content: prompt }] }),
    model,
    choices,
    maxTokens,
    stream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    echo: body.echo === true,
    suffix: body.suffix ?? undefined,
    bestOf: Math.max(choices, body.best_of ?? 1),
    logprobs,
  }
}

/** Whether prompt and answer fit into the model's window. Throws ApiError. */
export function checkPromptFits(model: string, promptTokens: number, maxTokens: number): void {
  const { contextTokens } = capabilitiesOf(model)
  if (contextTokens !== undefined && promptTokens + maxTokens > contextTokens) {
    throw promptTooLong(contextTokens, promptTokens, maxTokens)
  }
}
