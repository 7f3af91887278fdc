/**
 * The endpoints that a run can ask: where they are, what their bodies are made of, how their answers are read.
 * Bodies are put together from pieces of JSON, since a run that serialises each request anew measures itself.
 */

import { countChatTokens } from '../../protocol/tokens/chat-tokens.ts'
import { chatReader, chatWholeReader } from '../read/chat.ts'
import { embeddingsReader, imagesReader, moderationsReader } from '../read/lists.ts'
import { imageEventsReader, soundReader, speechEventsReader } from '../read/media.ts'
import { messagesReader, messagesWholeReader } from '../read/messages.ts'
import type { Reader } from '../read/reader.ts'
import { responsesReader, responsesWholeReader } from '../read/responses.ts'
import type { Message } from './prompt.ts'

type Fields = Readonly<Record<string, unknown>>

export interface Endpoint {
  /** Below the base URL. */
  readonly path: string
  /** Asked for where the model is the usual one, which does not serve here; undefined: it does. */
  readonly model?: string
  /** Whether answers are streams where nothing is said; undefined: they never are. */
  readonly streams: boolean | undefined
  reader(streams: boolean): Reader
  /** What its bodies have besides model, prompt and the most tokens. */
  fields(streams: boolean): Fields
  /** The field for the most output tokens of this model; undefined: there is none. */
  limit?(model: string): string
  /** What the limit is where it must be said and is not told. */
  readonly usualLimit?: number
  /** The field that holds a prompt; its JSON comes between `before` and `after`. */
  readonly text: { readonly before: string; readonly after: string }
  /** The fields that hold a conversation; undefined: its texts are sent, one below the other. */
  conversation?(messages: readonly Message[]): Fields
  /** Tokens that a prompt of one text has besides the text's own. */
  readonly frameTokens: number
  /** Headers that every request needs. */
  readonly headers?: Readonly<Record<string, string>>
  /** The header that a key stands in, where it is not `Authorization: Bearer`. */
  readonly keyHeader?: string
}

const inMessages = { before: '"messages":[{"role":"user","content":', after: '}]' }
const inPrompt = { before: '"prompt":', after: '' }
const inInput = { before: '"input":', after: '' }
/** A role is one token, in whichever encoding. */
const roles = { count: (text: string) => (text === '' ? 0 : 1) }
const oneTurn = { frameTokens: countChatTokens(roles, [{ role: 'user', content: '' }]) }
const noFrame = { frameTokens: 0 }
const withUsage = { stream: true, stream_options: { include_usage: true } }

/** Models that reason want the limit under its newer name. */
const reasoning = /^(o\d|gpt-5)/

const rows = {
  chat: {
    ...oneTurn,
    path: '/chat/completions',
    streams: true,
    reader: streams => (streams ? chatReader : chatWholeReader),
    fields: streams => (streams ? withUsage : {}),
    limit: model => (reasoning.test(model) ? 'max_completion_tokens' : 'max_tokens'),
    text: inMessages,
    conversation: messages => ({ messages }),
  },
  completions: {
    ...noFrame,
    path: '/completions',
    model: 'gpt-3.5-turbo-instruct',
    streams: true,
    reader: streams => (streams ? chatReader : chatWholeReader),
    fields: streams => (streams ? withUsage : {}),
    limit: () => 'max_tokens',
    text: inPrompt,
  },
  responses: {
    ...oneTurn,
    path: '/responses',
    streams: true,
    reader: streams => (streams ? responsesReader : responsesWholeReader),
    // What a load test asks is not worth keeping, and would be kept by default.
    fields: streams => (streams ? { stream: true, store: false } : { store: false }),
    limit: () => 'max_output_tokens',
    text: inInput,
    conversation: messages => ({ input: messages }),
  },
  messages: {
    ...oneTurn,
    path: '/messages',
    model: 'claude-sonnet-4-5',
    streams: true,
    reader: streams => (streams ? messagesReader : messagesWholeReader),
    fields: streams => (streams ? { stream: true } : {}),
    limit: () => 'max_tokens',
    usualLimit: 1024,
    text: inMessages,
    conversation: systemApart,
    headers: { 'anthropic-version': '2023-06-01' },
    keyHeader: 'x-api-key',
  },
  embeddings: {
    ...noFrame,
    path: '/embeddings',
    model: 'text-embedding-3-small',
    streams: undefined,
    reader: () => embeddingsReader,
    // A third of the bytes, and of the time that they take to read.
    fields: () => ({ encoding_format: 'base64' }),
    text: inInput,
  },
  moderations: {
    ...noFrame,
    path: '/moderations',
    model: 'omni-moderation-latest',
    streams: undefined,
    reader: () => moderationsReader,
    fields: () => ({}),
    text: inInput,
  },
  images: {
    ...noFrame,
    path: '/images/generations',
    model: 'gpt-image-1',
    streams: false,
    reader: streams => (streams ? imageEventsReader : imagesReader),
    fields: streams => (streams ? { stream: true, partial_images: 2 } : {}),
    text: inPrompt,
  },
  speech: {
    ...noFrame,
    path: '/audio/speech',
    model: 'gpt-4o-mini-tts',
    streams: false,
    reader: streams => (streams ? speechEventsReader : soundReader),
    fields: streams => ({ voice: 'alloy', ...(streams && { stream_format: 'sse' }) }),
    text: inInput,
  },
} satisfies Readonly<Record<string, Endpoint>>

export type EndpointName = keyof typeof rows

export const endpointNames = Object.keys(rows) as EndpointName[]

export const endpoints: Readonly<Record<EndpointName, Endpoint>> = rows

/** The model that is asked for everywhere but where it does not serve. */
export const usualModel = 'gpt-4o-mini'

/** Anthropic's system prompt stands beside the messages. */
function systemApart(messages: readonly Message[]): Fields {
  const isSystem = ({ role }: Message) => role === 'system' || role === 'developer'
  const rest = messages.filter(message => !isSystem(message))
  const system = messages.filter(isSystem).map(({ content }) => textOf(content))
  return system.length > 0 ? { system: system.join('\n\n'), messages: rest } : { messages: rest }
}

/** The text of a message's content: the text itself, or its text parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map(part => (typeof part?.text === 'string' ? part.text : '')).join('')
}
