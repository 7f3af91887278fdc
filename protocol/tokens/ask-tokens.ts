/** How many prompt tokens an Ask is: its turns as a chat's, and what stands beside their texts. */
import type { Ask, Turn } from '../ask.ts'
import { countChatTokens, countChatTokensInSlices, isShortChat } from './chat-tokens.ts'
import type { Tokenizer } from './tokenizer.ts'

/** What an image, a sound or a file counts: an image at low detail. Source: OpenAI's vision guide. */
const TOKENS_PER_MEDIUM = 85
/** The frame around the tools together, and around each. Source: measured by users of the API, not published. */
const TOKENS_FOR_TOOLS = 12
const TOKENS_PER_TOOL = 4
/** More characters than these are counted in slices. */
const LONG_TEXT = 4096

export function countAskTokens(tokenizer: Tokenizer, ask: Ask): number {
  let total = countChatTokens(tokenizer, ask.turns) + frameTokens(ask)
  for (const text of textsBeside(ask)) total += tokenizer.count(text)
  return total
}

/** Whether counting takes next to no time. */
export function isShortAsk(ask: Ask): boolean {
  return isShortChat(ask.turns) && (isPlain(ask) || lengthOf(textsBeside(ask)) < LONG_TEXT)
}

/** The same for prompts of any size, giving way to the event loop every few milliseconds. */
export async function countAskTokensInSlices(tokenizer: Tokenizer, ask: Ask): Promise<number> {
  let total = (await countChatTokensInSlices(tokenizer, ask.turns)) + frameTokens(ask)
  let unpaused = 0
  for (const text of textsBeside(ask)) {
    unpaused += text.length
    if (unpaused <= LONG_TEXT) total += tokenizer.count(text)
    else {
      total += await tokenizer.countInSlices(text)
      unpaused = 0
    }
  }
  return total
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((length, text) => length + text.length, 0)
}

function isPlain({ tools, turns, format }: Ask): boolean {
  return tools.length === 0 && format.kind !== 'schema' && turns.every(isOnlyText)
}

function isOnlyText({ calls, reasoning, media }: Turn): boolean {
  return calls === undefined && reasoning === undefined && media === undefined
}

function frameTokens({ tools, turns }: Ask): number {
  let tokens = tools.length > 0 ? TOKENS_FOR_TOOLS + tools.length * TOKENS_PER_TOOL : 0
  for (const { media } of turns) if (media) tokens += media.length * TOKENS_PER_MEDIUM
  return tokens
}

/** Calls, reasoning, tools and the answer's schema. */
function textsBeside(ask: Ask): string[] {
  if (isPlain(ask)) return []
  const texts: string[] = []
  for (const { calls = [], reasoning } of ask.turns) {
    for (const call of calls) texts.push(call.name, call.arguments)
    if (reasoning !== undefined) texts.push(reasoning)
  }
  for (const { name, description, schema } of ask.tools) {
    texts.push(name, description, JSON.stringify(schema ?? {}))
  }
  if (ask.format.kind === 'schema') texts.push(JSON.stringify(ask.format.schema))
  return texts
}
