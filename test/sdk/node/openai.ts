/** What openai for Node sees of the mock server. Which major it is, is the caller's choice. */
import type { OpenAI } from 'openai'
import type * as helpers from 'openai/helpers/zod'
import type * as streams from 'openai/lib/ChatCompletionStream'
import { z } from 'zod'
import type { Failure, Loop, Verdict } from '../verdict.ts'

/** The package, of one major or another. */
export interface Kit {
  readonly version: string
  readonly OpenAI: typeof OpenAI
  readonly zodResponseFormat: typeof helpers.zodResponseFormat
  readonly zodTextFormat: typeof helpers.zodTextFormat
  readonly ChatCompletionStream: typeof streams.ChatCompletionStream
}

export type Environment = Readonly<Record<string, string | undefined>>

export const model = 'gpt-4o-mini'
const wanted = 'Reply with exactly this text: Good morning.'
const messages = [{ role: 'user' as const, content: wanted }]
const weather = 'What is the weather in Lisbon?'

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters,
  strict: true,
}

const book = z.object({
  title: z.string(),
  pages: z.number().int(),
  mood: z.enum(['calm', 'wild']),
  tags: z.array(z.string()),
})
const describeBook = 'Describe a book.'

export async function checkOpenai(kit: Kit, env: Environment): Promise<Verdict> {
  const { OpenAI, version, zodResponseFormat, zodTextFormat } = kit
  const apiKey = env.OPENAI_API_KEY!
  const client = new OpenAI({ apiKey, baseURL: env.OPENAI_BASE_URL! })

  async function chat() {
    const { choices, usage } = await client.chat.completions.create({ model, messages })
    return said(choices[0]!.message.content, choices[0]!.finish_reason, usage?.completion_tokens)
  }

  async function chatStream() {
    const stream_options = { include_usage: true }
    const body = { model, messages, stream: true as const, stream_options }
    const pieces: string[] = []
    let finishReason: string | undefined
    let outputTokens: number | undefined
    for await (const { choices, usage } of await client.chat.completions.create(body)) {
      const piece = choices[0]?.delta.content
      if (piece) pieces.push(piece)
      finishReason ??= choices[0]?.finish_reason ?? undefined
      outputTokens ??= usage?.completion_tokens
    }
    return { ...said(pieces.join(''), finishReason, outputTokens), pieces: pieces.length }
  }

  /** The SDK's own loop; `isStreamed`: its streaming one. */
  async function tools(isStreamed: boolean): Promise<Loop> {
    const called: string[] = []
    let city = ''
    const run = (given: { city: string }) => {
      called.push(tool.name)
      city = given.city
      return `18 degrees in ${city}`
    }
    const body = {
      model,
      messages: [{ role: 'user' as const, content: weather }],
      tools: [
        { type: 'function' as const, function: { ...tool, function: run, parse: JSON.parse } },
      ],
    }
    const runner = isStreamed
      ? client.chat.completions.runTools({ ...body, stream: true })
      : client.chat.completions.runTools(body)
    const text = await runner.finalContent()
    return { called, city, rounds: runner.allChatCompletions().length, text: text ?? '' }
  }

  async function parsed() {
    const response_format = zodResponseFormat(book, 'book')
    const body = { model, messages: [{ role: 'user' as const, content: describeBook }] }
    const { choices } = await client.chat.completions.parse({ ...body, response_format })
    return choices[0]!.message.parsed!
  }

  async function embedding() {
    const body = { model: 'text-embedding-3-small', input: 'A river.' }
    const vectorOf = async (more: { dimensions?: number; encoding_format?: 'float' }) =>
      (await client.embeddings.create({ ...body, ...more })).data[0]!.embedding
    const vector = await vectorOf({})
    const floats = await vectorOf({ encoding_format: 'float' })
    return {
      length: vector.length,
      shortLength: (await vectorOf({ dimensions: 256 })).length,
      norm: Math.hypot(...vector),
      sameAsFloats:
        floats.length === vector.length && floats.every((x, i) => Math.abs(x - vector[i]!) < 1e-6),
    }
  }

  async function response() {
    const { output_text, status, usage } = await client.responses.create({ model, input: wanted })
    return said(output_text, status, usage?.output_tokens)
  }

  async function responseStream() {
    const events = new Set<string>()
    let text = ''
    let pieces = 0
    let last: OpenAI.Responses.Response | undefined
    const body = { model, input: wanted, stream: true as const }
    for await (const event of await client.responses.create(body)) {
      events.add(event.type)
      if (event.type === 'response.completed') last = event.response
      if (event.type !== 'response.output_text.delta') continue
      text += event.delta
      pieces++
    }
    const whole = said(text, last?.status, last?.usage?.output_tokens)
    return { ...whole, pieces, events: [...events] }
  }

  async function responseTools(): Promise<Loop> {
    const loop = { called: [] as string[], city: '', rounds: 0 }
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: weather }]
    const offered = [{ type: 'function' as const, ...tool }]
    for (;;) {
      const { output, output_text } = await client.responses.create({
        model,
        input,
        tools: offered,
      })
      loop.rounds++
      const calls = output.filter(item => item.type === 'function_call')
      if (calls.length === 0) return { ...loop, text: output_text }
      for (const call of calls) {
        loop.called.push(call.name)
        loop.city = (JSON.parse(call.arguments) as { city: string }).city
        const result = `18 degrees in ${loop.city}`
        input.push(call, { type: 'function_call_output', call_id: call.call_id, output: result })
      }
    }
  }

  async function responseParsed() {
    const text = { format: zodTextFormat(book, 'book') }
    const { output_parsed } = await client.responses.parse({ model, input: describeBook, text })
    return output_parsed!
  }

  async function file() {
    const content = '{"line":"für alle"}\n'
    const ids: string[] = []
    let bytes = 0
    for (const name of ['a.jsonl', 'b.jsonl', 'c.jsonl']) {
      const { id, bytes: size } = await client.files.create({
        file: new File([content], name),
        purpose: 'batch',
      })
      ids.push(id)
      bytes = size
    }
    const read = await (await client.files.content(ids[1]!)).text()
    let listed = 0
    for await (const { id } of client.files.list({ limit: 1 })) if (ids.includes(id)) listed++
    const deleted = await Promise.all(ids.map(id => client.files.delete(id)))
    const isGone = (await failureOf(() => client.files.retrieve(ids[0]!))).status === 404
    return { bytes, content: read, listed, deleted: deleted.every(one => one.deleted) && isGone }
  }

  async function speech() {
    const sound = await client.audio.speech.create({
      model: 'gpt-4o-mini-tts',
      voice: 'alloy',
      input: 'Good morning.',
      response_format: 'wav',
    })
    const bytes = Buffer.from(await sound.arrayBuffer())
    return { start: bytes.toString('latin1', 0, 4), bytes: bytes.length }
  }

  async function models() {
    const names: string[] = []
    for await (const { id } of client.models.list()) names.push(id)
    return names
  }

  async function errors() {
    const create = client.chat.completions.create.bind(client.chat.completions)
    const stranger = new OpenAI({ apiKey: 'sk-stranger-0123', baseURL: env.OPENAI_BASE_URL! })
    const limited = new OpenAI({ apiKey, baseURL: env.PER_MINUTE_URL!, maxRetries: 0 })
    const tooMuch = { model, messages, frequency_penalty: 5, stream: true as const }
    const outOfOrder = [{ role: 'user' as const, content: 'It is out of order.' }]
    await limited.chat.completions.create({ model, messages })
    let retryAfter: string | null = null
    return {
      badRequest: await failureOf(() => create({ model, messages, temperature: 3 })),
      badStream: await failureOf(() => create(tooMuch)),
      wrongKey: await failureOf(() => stranger.chat.completions.create({ model, messages })),
      unknownModel: await failureOf(() => create({ model: 'no-such-model', messages })),
      serverError: await failureOf(() => create({ model, messages: outOfOrder })),
      rateLimited: await failureOf(
        () => limited.chat.completions.create({ model, messages }),
        headers => {
          retryAfter = headers.get('retry-after')
        },
      ).then(failure => ({ ...failure, retryAfter })),
    }
  }

  async function failureOf(
    action: () => PromiseLike<unknown>,
    look: (headers: Headers) => void = () => {},
  ): Promise<Failure> {
    try {
      await action()
    } catch (error) {
      if (!(error instanceof OpenAI.APIError)) throw error
      const { status, code, param, requestID, headers } = error
      if (headers) look(headers)
      const hasRequestId = /^req_/.test(requestID ?? '')
      const { name } = error.constructor
      return { name, status: status ?? 0, code: code ?? null, param: param ?? null, hasRequestId }
    }
    throw new Error('It was answered.')
  }

  async function retried() {
    const patient = new OpenAI({ apiKey, baseURL: env.PACED_URL! })
    await patient.chat.completions.create({ model, messages, max_tokens: 5900 })
    const startedMs = performance.now()
    const { choices } = await patient.chat.completions.create({ model, messages, max_tokens: 200 })
    return { text: choices[0]!.message.content ?? '', waitedMs: performance.now() - startedMs }
  }

  return {
    sdk: `openai ${version}`,
    chat: await chat(),
    chatStream: await chatStream(),
    tools: await tools(false),
    toolsStream: await tools(true),
    parsed: await parsed(),
    embedding: await embedding(),
    response: await response(),
    responseStream: await responseStream(),
    responseTools: await responseTools(),
    responseParsed: await responseParsed(),
    file: await file(),
    speech: await speech(),
    models: await models(),
    errors: await errors(),
    retried: await retried(),
  }
}

function said(text: string | null, finishReason?: string | null, outputTokens?: number) {
  return {
    text: text ?? '',
    finishReason: finishReason ?? 'none',
    outputTokens: outputTokens ?? Number.NaN,
  }
}
