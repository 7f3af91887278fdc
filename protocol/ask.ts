/**
 * What is asked of a model, whatever the endpoint: chat, completions, responses and messages each parse
 * their own wire into an Ask, and what is composed, limited and matched looks at nothing else.
 */

/** A JSON Schema as it came over the wire. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON as text for a function, free text for a custom tool. */
  readonly arguments: string
}

/** One message of the conversation. */
export interface Turn {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function'
  /** Its text parts end to end. */
  readonly content: string
  readonly name?: string | undefined
  /** What an assistant's turn called. */
  readonly calls?: readonly ToolCall[] | undefined
  /** The call that a tool's turn answers. */
  readonly callId?: string | undefined
  /** What the assistant thought, where the caller sends it back. */
  readonly reasoning?: string | undefined
  /** What stands in it beside text, as its wire said it: images, audio, files. */
  readonly media?: readonly unknown[] | undefined
  /** An assistant's last turn that the reply goes on from, in the middle of what it says. */
  readonly unfinished?: true | undefined
}

export interface Tool {
  /** `custom`: called with free text instead of JSON. */
  readonly kind: 'function' | 'custom'
  readonly name: string
  readonly description: string
  /** Of a function's arguments; undefined: it takes none. */
  readonly schema: JsonSchema | undefined
}

/** `{ name }`: this tool must be called. */
export type ToolChoice = 'none' | 'auto' | 'required' | { readonly name: string }

export type ReplyFormat =
  | { readonly kind: 'text' }
  /** Any JSON object. */
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly name: string; readonly schema: JsonSchema }

/** How hard a reasoning model thinks. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'

export interface Ask {
  readonly model: string
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice: ToolChoice
  /** Whether one reply may call several tools. */
  readonly parallelCalls: boolean
  readonly format: ReplyFormat
  /** How many replies, at least 1. */
  readonly choices: number
  /** The most output tokens per reply, reasoning included; undefined: as many as it has. */
  readonly maxTokens: number | undefined
  readonly stop: readonly string[]
  readonly seed: number | undefined
  /** How many alternatives to tell beside each token, 0 to 20; undefined: no log probabilities. */
  readonly topLogprobs: number | undefined
  /** Undefined: the model's own. */
  readonly effort: Effort | undefined
}

/** The text of the last turn that the user said; undefined: none did. */
export function lastUserText(turns: readonly Turn[]): string | undefined {
  return turns.findLast(({ role }) => role === 'user')?.content
}

/** What the reply has begun with already; '' for one that begins anew. */
export function prefillOf(turns: readonly Turn[]): string {
  const last = turns.at(-1)
  return last?.unfinished ? last.content : ''
}
