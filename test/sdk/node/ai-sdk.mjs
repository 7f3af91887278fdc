/** Vercel's AI SDK: prints what it saw of the mock server. */
import { readFileSync } from 'node:fs'
import { createOpenAI } from '@ai-sdk/openai'
import {
  embed,
  experimental_generateSpeech as generateSpeech,
  generateText,
  jsonSchema,
  Output,
  RetryError,
  stepCountIs,
  streamText,
  tool,
} from 'ai'
import { z } from 'zod'

const { OPENAI_BASE_URL, OPENAI_API_KEY, PER_MINUTE_URL, PACED_URL } = process.env
const at = (baseURL, apiKey = OPENAI_API_KEY) => createOpenAI({ baseURL, apiKey })
const openai = at(OPENAI_BASE_URL)
const name = 'gpt-4o-mini'
const chatModel = openai.chat(name)
const responsesModel = openai.responses(name)
const wanted = 'Reply with exactly this text: Good morning.'
const weather = 'What is the weather in Lisbon?'

const book = z.object({
  title: z.string(),
  pages: z.number().int(),
  mood: z.enum(['calm', 'wild']),
  tags: z.array(z.string()),
})

async function whole(model) {
  const { text, finishReason, usage } = await generateText({ model, prompt: wanted })
  return { text, finishReason, outputTokens: usage.outputTokens }
}

async function streamed(model) {
  const result = streamText({ model, prompt: wanted })
  let text = ''
  let pieces = 0
  for await (const piece of result.textStream) {
    text += piece
    pieces++
  }
  const { outputTokens } = await result.usage
  return { text, finishReason: await result.finishReason, outputTokens, pieces }
}

async function loop(model, isStreamed) {
  const called = []
  let city = ''
  const parameters = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  }
  const get_weather = tool({
    description: 'The weather in a city.',
    inputSchema: jsonSchema(parameters),
    execute: given => {
      called.push('get_weather')
      city = given.city
      return `18 degrees in ${city}`
    },
  })
  const body = { model, prompt: weather, tools: { get_weather }, stopWhen: stepCountIs(5) }
  if (!isStreamed) {
    const { text, steps } = await generateText(body)
    return { called, city, rounds: steps.length, text }
  }
  const result = streamText(body)
  const text = await result.text // of the last step
  return { called, city, rounds: (await result.steps).length, text }
}

async function parsed(model) {
  const output = Output.object({ schema: book })
  return (await generateText({ model, output, prompt: 'Describe a book.' })).output
}

async function embedding() {
  const body = { model: openai.embedding('text-embedding-3-small'), value: 'A river.' }
  const { embedding } = await embed(body)
  const providerOptions = { openai: { dimensions: 256 } }
  const short = await embed({ ...body, providerOptions })
  return {
    length: embedding.length,
    shortLength: short.embedding.length,
    norm: Math.hypot(...embedding),
  }
}

async function speech() {
  const model = openai.speech('gpt-4o-mini-tts')
  const { audio } = await generateSpeech({ model, text: 'Good morning.', outputFormat: 'wav' })
  const bytes = Buffer.from(audio.uint8Array)
  return { start: bytes.toString('latin1', 0, 4), bytes: bytes.length }
}

async function failureOf(action) {
  try {
    await action()
  } catch (thrown) {
    const error = RetryError.isInstance(thrown) ? thrown.lastError : thrown
    const headers = error.responseHeaders ?? {}
    const { code = null, param = null } = error.data?.error ?? {}
    return {
      failure: {
        name: error.name,
        status: error.statusCode,
        code,
        param,
        hasRequestId: /^req_/.test(headers['x-request-id']),
      },
      retryAfter: headers['retry-after'] ?? null,
    }
  }
  throw new Error('It was answered.')
}

async function errors() {
  const ask = (model, more) => () => generateText({ model, prompt: wanted, ...more })
  const stranger = at(OPENAI_BASE_URL, 'sk-stranger-0123').chat(name)
  const limited = at(PER_MINUTE_URL).chat(name)
  await ask(limited)()
  const badStream = async () => {
    const body = { model: chatModel, prompt: wanted, frequencyPenalty: 5, onError() {} }
    for await (const part of streamText(body).fullStream) {
      if (part.type === 'error') throw part.error
    }
  }
  const limit = await failureOf(ask(limited, { maxRetries: 0 }))
  return {
    badRequest: (await failureOf(ask(chatModel, { temperature: 3 }))).failure,
    badStream: (await failureOf(badStream)).failure,
    wrongKey: (await failureOf(ask(stranger))).failure,
    unknownModel: (await failureOf(ask(openai.chat('no-such-model')))).failure,
    serverError: (await failureOf(ask(chatModel, { prompt: 'It is out of order.' }))).failure,
    rateLimited: { ...limit.failure, retryAfter: limit.retryAfter },
  }
}

async function retried() {
  const model = at(PACED_URL).chat(name)
  await generateText({ model, prompt: wanted, maxOutputTokens: 5900 })
  const startedMs = performance.now()
  const { text } = await generateText({ model, prompt: wanted, maxOutputTokens: 200 })
  return { text, waitedMs: performance.now() - startedMs }
}

function versionOf(path) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${path}/package.json`, import.meta.url)))
    .version
}

const verdict = {
  sdk: `ai ${versionOf('ai')}, @ai-sdk/openai ${versionOf('@ai-sdk/openai')}`,
  chat: await whole(chatModel),
  chatStream: await streamed(chatModel),
  tools: await loop(chatModel, false),
  toolsStream: await loop(chatModel, true),
  parsed: await parsed(chatModel),
  embedding: await embedding(),
  response: await whole(responsesModel),
  responseStream: await streamed(responsesModel),
  responseTools: await loop(responsesModel, true),
  responseParsed: await parsed(responsesModel),
  speech: await speech(),
  errors: await errors(),
  retried: await retried(),
}
process.stdout.write(JSON.stringify(verdict))
