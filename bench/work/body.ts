/** Bodies of one scenario, put together from JSON that was written before the run: a prompt, what is always said, a limit. */
import type { Endpoint } from './endpoints.ts'
import { textOf } from './endpoints.ts'
import type { Message } from './prompt.ts'

export type Fields = Readonly<Record<string, unknown>>

/** A prompt as it stands ready to be sent. */
export interface Prompt {
  /** Fields of the body, as JSON without the braces. */
  readonly json: string
  /** Whether `json` has all that is to be said but the limit. */
  readonly isWhole: boolean
  /** The most output tokens that it came with. */
  readonly limit: number | undefined
}

export interface BodyMaker {
  text(text: string): Prompt
  /** `json`: of a text, in quotes. */
  quoted(json: string): Prompt
  messages(messages: readonly Message[]): Prompt
  /** A whole body that somebody wrote: it wins over what is always said, but for how it is streamed. */
  whole(body: Fields): Prompt
  body(prompt: Prompt, maxTokens: number | undefined): string
}

export interface BodyOptions {
  readonly endpoint: Endpoint
  readonly model: string
  readonly streams: boolean
  /** What the user adds to each body. */
  readonly extra: Fields
}

export function createBodyMaker({ endpoint, model, streams, extra }: BodyOptions): BodyMaker {
  const { text: place, conversation, usualLimit } = endpoint
  const field = endpoint.limit?.(model)
  const [added, addedLimit] = withoutLimit(extra, field)
  const streaming = endpoint.fields(streams)
  const always: Fields = { model, ...streaming, ...added }
  const alwaysJson = insideOf(always)
  const usual = addedLimit ?? usualLimit

  const quoted = (json: string): Prompt => ({
    json: `${place.before}${json}${place.after}`,
    isWhole: false,
    limit: undefined,
  })
  const text = (words: string) => quoted(JSON.stringify(words))

  return {
    text,
    quoted,
    messages(messages) {
      if (!conversation) return text(messages.map(({ content }) => textOf(content)).join('\n\n'))
      return { json: insideOf(conversation(messages)), isWhole: false, limit: undefined }
    },
    whole(body) {
      const { stream: _, stream_options: __, ...rest } = body
      const [said, limit] = withoutLimit(rest, field)
      const json = insideOf({ ...always, ...said, ...streaming })
      return { json, isWhole: true, limit }
    },
    body({ json, isWhole, limit }, maxTokens) {
      const said = isWhole ? json : `${json},${alwaysJson}`
      const most = maxTokens ?? limit ?? usual
      if (most === undefined || field === undefined) return `{${said}}`
      return `{${said},"${field}":${most}}`
    },
  }
}

/** The fields but for the limit, by any of its names, and the limit. */
function withoutLimit(fields: Fields, field: string | undefined): [Fields, number | undefined] {
  if (field === undefined) return [fields, undefined]
  const {
    max_tokens: old,
    max_completion_tokens: newer,
    max_output_tokens: output,
    ...rest
  } = fields
  const limit = output ?? newer ?? old
  return [rest, typeof limit === 'number' ? limit : undefined]
}

/** `{"a":1}` → `"a":1`; JSON.stringify leaves out what is undefined. */
function insideOf(fields: Fields): string {
  return JSON.stringify(fields).slice(1, -1)
}
