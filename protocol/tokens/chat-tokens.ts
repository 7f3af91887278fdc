/**
 * How many prompt tokens a chat is: its texts and the frame around each message.
 * Source: OpenAI cookbook, "How to count tokens with tiktoken". Tools and images are not in it.
 */
import type { Tokenizer } from './tokenizer.ts'

/** A message as it came over the wire: nothing in it has been checked. */
export interface CountedMessage {
  readonly role?: unknown
  /** Text, null, or a list of parts, of which those with a `text` or a `refusal` count. */
  readonly content?: unknown
  readonly name?: unknown
}

const TOKENS_PER_MESSAGE = 3
const TOKENS_PER_NAME = 1
/** Every reply is primed with <|start|>assistant<|message|>. */
const PRIMING_TOKENS = 3
/** Longer texts are counted in slices, so that one prompt does not hold the event loop. */
const LONG_TEXT = 4096

/** Prompt tokens of `messages`. */
export function countChatTokens(
  tokenizer: Pick<Tokenizer, 'count'>,
  messages: readonly CountedMessage[],
): number {
  let total = frameTokens(messages)
  for (const text of textsOf(messages)) total += tokenizer.count(text)
  return total
}

/** Whether counting takes next to no time: the texts together are short. */
export function isShortChat(messages: readonly CountedMessage[]): boolean {
  let length = 0
  for (const { content, name } of messages) {
    if (typeof name === 'string') length += name.length
    if (typeof content === 'string') length += content.length
    else if (content != null) return false
  }
  return length <= LONG_TEXT
}

/** The same for texts of any size, giving way to the event loop every few milliseconds. */
export async function countChatTokensInSlices(
  tokenizer: Tokenizer,
  messages: readonly CountedMessage[],
): Promise<number> {
  let total = frameTokens(messages)
  let unpaused = 0
  for (const text of textsOf(messages)) {
    unpaused += text.length
    if (unpaused <= LONG_TEXT) total += tokenizer.count(text)
    else {
      total += await tokenizer.countInSlices(text)
      unpaused = 0
    }
  }
  return total
}

function frameTokens(messages: readonly CountedMessage[]): number {
  const names = messages.filter(({ name }) => typeof name === 'string').length
  return messages.length * TOKENS_PER_MESSAGE + names * TOKENS_PER_NAME + PRIMING_TOKENS
}

function* textsOf(messages: readonly CountedMessage[]): Generator<string> {
  for (const { role, content, name } of messages) {
    if (typeof role === 'string') yield role
    if (typeof content === 'string') yield content
    else if (Array.isArray(content)) yield* partTexts(content)
    if (typeof name === 'string') yield name
  }
}

function* partTexts(parts: readonly unknown[]): Generator<string> {
  for (const part of parts) {
    if (typeof part !== 'object' || part === null) continue
    if ('text' in part && typeof part.text === 'string') yield part.text
    if ('refusal' in part && typeof part.refusal === 'string') yield part.refusal
  }
}
