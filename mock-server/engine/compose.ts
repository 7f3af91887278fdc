/** What a reply says before anything cuts it: what is wanted of it, else calls, JSON or prose. */
import type { Random } from '../../base/random.ts'
import {
  type Ask,
  lastUserText,
  prefillOf,
  type ReplyFormat,
  type Tool,
} from '../../protocol/ask.ts'
import type { Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { chooseTools } from './choose-tools.ts'
import { instanceOf } from './instance/instance.ts'
import { withNamedArguments } from './named-arguments.ts'
import { composeProse } from './prose.ts'
import type { Call, FinishReason, ReplyItem, Spoken } from './reply.ts'
import { replyToken } from './reply-token.ts'
import { restOfJson } from './rest-of-json.ts'
import { type Said, say, sayText } from './said.ts'

/** What a reply must say, from an echo or a fixture. */
export interface Wanted {
  /** At least one. */
  readonly items: readonly ReplyItem[]
  /** Undefined: what follows from the items. */
  readonly finishReason?: FinishReason | undefined
  /** The stop text at which the text was cut already. */
  readonly stoppedAt?: string | undefined
}

export interface ComposeContext {
  readonly random: Random
  /** Which of the replies it is, from 0. */
  readonly choice: number
  /** Tokens of prose. */
  readonly length: number
  /** Tokens of reasoning before the rest. */
  readonly reasoningTokens: number
  readonly tokenizer: Tokenizer
}

/** The items of one reply, at least one. */
export function composeItems(ask: Ask, context: ComposeContext): readonly ReplyItem[] {
  const { random, choice, reasoningTokens, tokenizer } = context
  if (reasoningTokens === 0 && ask.tools.length === 0 && ask.format.kind === 'text') {
    return [spoken('text', textFor(ask, context))]
  }
  const items: ReplyItem[] = []
  if (reasoningTokens > 0) {
    items.push(
      spoken('reasoning', composeProse(random.fork(`reasoning ${choice}`), reasoningTokens)),
    )
  }
  const called = chooseTools(ask)
  if (called.length > 0) {
    for (const [i, tool] of called.entries()) {
      items.push(
        calling(tool, argumentsFor(tool, ask, random.fork(`call ${choice} ${i}`), tokenizer)),
      )
    }
  } else if (ask.format.kind !== 'text') {
    const json = JSON.stringify(jsonFor(ask.format, ask, random.fork(`json ${choice}`)))
    items.push(spoken('text', sayText(json, tokenizer)))
  } else items.push(spoken('text', textFor(ask, context)))
  return items
}

/** Prose; or what goes on from where the reply was begun. */
function textFor(ask: Ask, { random, choice, length, tokenizer }: ComposeContext): Said {
  const begun = prefillOf(ask.turns)
  if (begun === '') return composeProse(random, length)
  const own = random.fork(`rest ${choice}`)
  const rest = restOfJson(begun, {
    word: String(instanceOf({ type: 'string' }, own)),
    object: JSON.stringify(jsonFor({ kind: 'json' }, ask, own)),
  })
  if (rest !== undefined) return sayText(rest, tokenizer)
  const prose = composeProse(random, length)
  return /[\p{L}\p{N}.,;:!?)"']$/u.test(begun) ? afterSpace(prose) : prose
}

/** Words have the space before them in their token. */
function afterSpace({ tokens: [first, ...rest] }: Said): Said {
  return say([replyToken({ text: ` ${first!.text}`, tokens: first!.tokens }), ...rest])
}

export function spoken(kind: Spoken['kind'], { tokens, json, outputTokens }: Said): Spoken {
  return { kind, tokens, json, outputTokens }
}

export function calling(
  tool: Pick<Tool, 'kind' | 'name'>,
  { tokens, json, outputTokens }: Said,
): Call {
  return { kind: 'call', tool: tool.kind, name: tool.name, tokens, json, outputTokens }
}

/** Tokens of what a custom tool is given. */
const CUSTOM_TOKENS = 12

function argumentsFor(
  { kind, schema = NO_ARGUMENTS }: Tool,
  { turns }: Ask,
  random: Random,
  tokenizer: Tokenizer,
): Said {
  if (kind === 'custom') return composeProse(random, CUSTOM_TOKENS)
  const prompt = lastUserText(turns) ?? ''
  const value = withNamedArguments(instanceOf(schema, random), schema, prompt)
  return sayText(JSON.stringify(value), tokenizer)
}

const NO_ARGUMENTS = { type: 'object', properties: {} }

function jsonFor(format: ReplyFormat, ask: Ask, random: Random): unknown {
  if (format.kind === 'schema') return instanceOf(format.schema, random)
  return instanceOf(objectNamedIn(lastUserText(ask.turns) ?? ''), random)
}

const MAX_KEYS = 12

/** The schema of an object with the keys that the prompt names in quotes; of an answer when it names none. */
function objectNamedIn(prompt: string) {
  const quoted = prompt
    .slice(-4096)
    .matchAll(/["'`]([A-Za-z_][A-Za-z0-9_-]{0,39})["'`](?=(.{0,24}))/g)
  const properties: Record<string, { type: string }> = {}
  for (const [, key, after] of [...quoted].slice(0, MAX_KEYS)) {
    properties[key!] = { type: typeNamedIn(after!) }
  }
  const keys = Object.keys(properties)
  if (keys.length === 0) return objectOf({ answer: { type: 'string' } })
  return objectOf(properties)
}

function objectOf(properties: Record<string, { type: string }>) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

/** "age" (a number) */
function typeNamedIn(after: string): string {
  const [, type] = /^\W*(?:an? )?(number|integer|boolean|string)/.exec(after) ?? []
  return type ?? 'string'
}
