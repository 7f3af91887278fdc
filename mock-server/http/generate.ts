/**
 * From what is asked to a plan that may be played: the model, the prompt's tokens, fixtures, limits, plan.
 * Every endpoint that generates goes this way; how an answer looks is the endpoint's own.
 */
import type { Random } from '../../base/random.ts'
import { finish, finishInSlices } from '../../base/slices.ts'
import type { Ask } from '../../protocol/ask.ts'
import { unknownModel } from '../../protocol/errors/model.ts'
import {
  countAskTokens,
  countAskTokensInSlices,
  isShortAsk,
} from '../../protocol/tokens/ask-tokens.ts'
import { encodingFor } from '../../protocol/tokens/encodings.ts'
import { loadedTokenizer, loadTokenizer, type Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { spoken, type Wanted } from '../engine/compose.ts'
import { firstStop } from '../engine/cut.ts'
import { echoAsked } from '../engine/echo.ts'
import { createFaultSchedule } from '../engine/faults/schedule.ts'
import { keptSteps } from '../engine/journal.ts'
import { type Plan, planSteps } from '../engine/plan.ts'
import { reasoningTokensFor } from '../engine/reasoning.ts'
import { recalled } from '../engine/recall.ts'
import { contentKey } from '../engine/request-key.ts'
import { sayInSlices } from '../engine/said.ts'
import type { Instruction, Say } from '../fixtures/answer.ts'
import type { Asked, Usage } from '../fixtures/fixture.ts'
import { wantedOf } from '../fixtures/wanted.ts'
import { admitTokens } from './admit.ts'
import { askedLength } from './asked-length.ts'
import { type Exchange, sendError } from './exchange.ts'
import { playJson } from './play.ts'
import { callerKey, randomFor } from './request-chance.ts'
import { checkFitsMemory, claimSeat, enterSeat, leaveSeat, memoryOf } from './seat.ts'

/** A request that is to be answered with a generated reply. */
export interface Asking {
  readonly exchange: Exchange
  readonly apiKey: string
  readonly ask: Ask
  /** The id of the answer, e.g. `completionId`. */
  readonly newId: (random: Random) => string
  /** Throws ApiError where a prompt of so many tokens is refused: too long for the model. */
  readonly check?: (promptTokens: number) => void
  /** How many prompt tokens it is, where they are not those of a conversation. */
  readonly countTokens?: () => Promise<number>
  /** The most reasoning tokens of a reply. */
  readonly maxReasoningTokens?: number | undefined
}

export interface Planned {
  readonly plan: Plan
  /** The random stream of this request; fork it for what the endpoint draws itself, such as item ids. */
  readonly random: Random
  /** `x-ratelimit-*`, a flat list of names and values. */
  readonly limitHeaders: readonly string[]
}

/**
 * Calls `play` with the plan: at once, or later where a tokenizer is to be loaded or a text is long; not at
 * all when the client hangs up before. Throws ApiError for what is refused, or hands it to `sendError`
 * where it had to wait.
 */
export function planAnswer(asking: Asking, play: (planned: Planned) => void): void {
  const { exchange, ask } = asking
  const { provider, entry } = exchange
  entry.model = ask.model
  // Before it may be refused: its next attempt is known by it.
  entry.key ??= callerKey(exchange.request) || contentKey(ask)
  if (!provider.serves(ask.model)) throw unknownModel(ask.model)

  const echo = wordsAskedFor(ask)
  const tokenizer = loadedTokenizer(encodingFor(ask.model).encoding)
  const isPlain = provider.fixtures.idle && echo === undefined && !asking.countTokens
  if (!tokenizer || !isPlain || !isShortAsk(ask) || ask.choices > FEW_CHOICES) {
    planInSlices(asking, echo, play).catch(error => sendError(exchange, error))
    return
  }
  // Nothing to wait for, as nearly always: no promise, and no turn of the microtask queue.
  const promptTokens = countAskTokens(tokenizer, ask)
  const limitHeaders = admit(asking, promptTokens)
  const counted = { tokenizer, promptTokens, limitHeaders }
  if (exchange.strike) exchange.strike(() => play(finish(plannedIn(asking, counted))))
  else play(finish(plannedIn(asking, counted)))
}

/** So many replies may be planned in one go. */
const FEW_CHOICES = 4

/** What the conversation itself says the answer is, unless it must be a call or JSON. */
function wordsAskedFor({ turns, format, toolChoice }: Ask): string | undefined {
  const mustCall = toolChoice === 'required' || typeof toolChoice === 'object'
  if (mustCall || format.kind !== 'text') return undefined
  return echoAsked(turns) ?? recalled(turns)
}

async function planInSlices(
  asking: Asking,
  echo: string | undefined,
  play: (planned: Planned) => void,
): Promise<void> {
  const { exchange, ask } = asking
  const { done } = exchange.entry
  const tokenizer = await loadTokenizer(encodingFor(ask.model).encoding)
  const promptTokens = await (asking.countTokens?.() ?? countAskTokensInSlices(tokenizer, ask))
  if (done.outcome !== 'open') return // hung up while its prompt was counted

  const limitHeaders = admit(asking, promptTokens)
  const counted = { tokenizer, promptTokens, limitHeaders }
  const speak = () => speakInSlices(asking, counted, echo, play)
  if (!exchange.strike) return speak()
  exchange.strike(() => void speak().catch(error => sendError(exchange, error)))
}

async function speakInSlices(
  asking: Asking,
  counted: Counted,
  echo: string | undefined,
  play: (planned: Planned) => void,
): Promise<void> {
  const { exchange } = asking
  const instruction = instructionFor(asking)
  if (instruction?.error) throw instruction.error
  if (instruction?.body) {
    const json = JSON.stringify(instruction.body.json)
    leaveSeat(exchange)
    playJson(exchange, AT_ONCE, () => json)
    return
  }
  const say = () => sayInstructed(asking, { ...counted, instruction }, echo, play)
  if (!instruction?.fault || exchange.fault) return say()
  const { strikeBy } = await import('./fault.ts')
  strikeBy(
    exchange,
    createFaultSchedule([instruction.fault]),
    () => void say().catch(error => sendError(exchange, error)),
  )
}

async function sayInstructed(
  asking: Asking,
  counted: Counted,
  echo: string | undefined,
  play: (planned: Planned) => void,
): Promise<void> {
  const { done } = asking.exchange.entry
  const { instruction, tokenizer } = counted
  const wanted = await wantedFor(asking, { say: instruction?.say, echo }, tokenizer)
  if (done.outcome !== 'open') return
  const planned = await finishInSlices(plannedIn(asking, { ...counted, wanted }))
  if (done.outcome === 'open') play(planned)
}

/** What must be said: by a fixture, else by the conversation itself. */
async function wantedFor(
  { ask }: Asking,
  { say, echo }: { say: Say | undefined; echo: string | undefined },
  tokenizer: Tokenizer,
): Promise<Wanted | undefined> {
  if (say) return wantedOf(say, ask, tokenizer)
  return echo === undefined ? undefined : echoed(echo, ask, tokenizer)
}

/** Cut at its stop before it is split: a long text is split once. */
async function echoed(text: string, { stop }: Ask, tokenizer: Tokenizer): Promise<Wanted> {
  const first = firstStop(text, stop)
  const all = text.slice(0, first?.place)
  const said = await sayInSlices(all.slice(0, MAX_ECHO_LENGTH), tokenizer)
  const items = [spoken('text', said)]
  return all.length > MAX_ECHO_LENGTH
    ? { items, finishReason: 'length' }
    : { items, stoppedAt: first?.mark }
}

/** No model says more; a token takes some 200 bytes. */
const MAX_ECHO_LENGTH = 2 ** 21

interface Counted {
  readonly tokenizer: Tokenizer
  readonly promptTokens: number
  readonly limitHeaders: readonly string[]
  /** What must be said; undefined: the reply is composed. */
  readonly wanted?: Wanted | undefined
  readonly instruction?: Instruction | undefined
}

/** Choice by choice. */
function* plannedIn(asking: Asking, counted: Counted): Generator<void, Planned> {
  const { exchange, apiKey, ask, newId, maxReasoningTokens = Number.POSITIVE_INFINITY } = asking
  const { provider, entry, startMs } = exchange
  const { tokenizer, promptTokens, limitHeaders, wanted, instruction } = counted
  const random = randomFor(exchange, () => contentKey(ask))
  const reasoningTokens = wanted ? 0 : reasoningTokensFor(ask, provider.cadence.reasoning, random)
  const cadence = instruction?.cadence
    ? { ...provider.cadence, ...instruction.cadence }
    : provider.cadence
  const composed = yield* planSteps(exchange.seat ? withinMemory(asking, promptTokens) : ask, {
    random,
    cadence,
    newId,
    tokenizer,
    promptTokens,
    cachedTokens: provider.prefixCache.look(`${apiKey} ${ask.model}`, ask.turns, promptTokens),
    reasoningTokens: Math.min(reasoningTokens, maxReasoningTokens),
    wanted,
    length: askedLength(exchange.request),
  })
  const plan = instruction?.usage ? withUsage(composed, instruction.usage) : composed
  const { outputTokens, dueMs, cachedTokens } = plan
  exchange.lease?.plan(outputTokens, startMs + dueMs.at(-1)!, provider.clock.nowMs())
  entry.intended = {
    promptTokens,
    outputTokens,
    cachedTokens,
    finishReason: plan.choices[0]?.finishReason,
    dueMs: dueMs.length > keptSteps ? dueMs.slice(0, keptSteps) : dueMs,
  }
  provider.metrics.inputTokens.value += promptTokens
  if (!exchange.seat) return { plan, random, limitHeaders }
  const need = {
    kvTokens: promptTokens + outputTokens,
    prefillTokens: promptTokens - Math.min(promptTokens, cachedTokens),
  }
  const seated = { ...plan, dueMs: enterSeat(exchange, need, dueMs) }
  return { plan: seated, random, limitHeaders }
}

/** A reply whose length is not asked for ends where the memory does. */
function withinMemory({ ask, exchange }: Asking, promptTokens: number): Ask {
  const left = Math.max(1, memoryOf(exchange) - promptTokens)
  return ask.maxTokens === undefined && left < Number.POSITIVE_INFINITY
    ? { ...ask, maxTokens: left }
    : ask
}

const AT_ONCE = { dueMs: [0], outputTokens: 0 }

/** The numbers that a fixture tells, in place of what was counted. */
function withUsage(plan: Plan, usage: Usage): Plan {
  const told = Object.entries(usage).filter(([, tokens]) => tokens !== undefined)
  return { ...plan, ...Object.fromEntries(told) }
}

/** Asked once a request is past the limits: one that is refused uses up no reply. */
function instructionFor({ exchange, ask }: Asking): Instruction | undefined {
  if (exchange.provider.fixtures.idle) return undefined
  return exchange.provider.fixtures.answerFor(askedOf(exchange, ask, true))
}

/** A request as fixtures see it. */
export function askedOf({ request, entry }: Exchange, ask: Asked['ask'], speaks: boolean): Asked {
  return {
    endpoint: request.url ?? '',
    headers: request.headers,
    key: callerKey(request),
    attempt: entry.attempt,
    speaks,
    ask,
  }
}

/** Takes the request past the limits, or throws the 429 that says when to come back. */
function admit({ exchange, apiKey, ask, check }: Asking, promptTokens: number): readonly string[] {
  if (!exchange.provider.options.lenient) {
    check?.(promptTokens)
    checkFitsMemory(exchange, promptTokens, ask.maxTokens)
  }
  const outputTokens = ask.maxTokens ?? Math.ceil(exchange.provider.cadence.tokens.mean)
  const headers = admitTokens(exchange, {
    apiKey,
    model: ask.model,
    inputTokens: promptTokens,
    outputTokens: outputTokens * ask.choices,
  })
  claimSeat(exchange)
  return headers
}
