/** LangChain.js: prints what it saw of the mock server. */
import { readFileSync } from 'node:fs'
import { HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { z } from 'zod'

const { OPENAI_BASE_URL, OPENAI_API_KEY, PER_MINUTE_URL, PACED_URL } = process.env
const model = 'gpt-4o-mini'
const wanted = 'Reply with exactly this text: Good morning.'

function chatAt({ baseURL = OPENAI_BASE_URL, apiKey = OPENAI_API_KEY, ...more } = {}) {
  return new ChatOpenAI({ model, apiKey, configuration: { baseURL }, maxRetries: 2, ...more })
}

const chat = chatAt()
const responses = chatAt({ useResponsesApi: true })

const book = z.object({
  title: z.string(),
  pages: z.number().int(),
  mood: z.enum(['calm', 'wild']),
  tags: z.array(z.string()),
})

/** Chat tells a finish reason, a response its status. */
function reasonOf({ response_metadata: { finish_reason, status } }) {
  return finish_reason ?? status
}

async function whole(asked) {
  const message = await asked.invoke(wanted)
  const { text, usage_metadata } = message
  return { text, finishReason: reasonOf(message), outputTokens: usage_metadata.output_tokens }
}

async function streamed(asked) {
  let pieces = 0
  let message
  for await (const chunk of await asked.stream(wanted)) {
    if (chunk.text !== '') pieces++
    message = message === undefined ? chunk : message.concat(chunk)
  }
  const { text, usage_metadata } = message
  return {
    text,
    finishReason: reasonOf(message),
    outputTokens: usage_metadata.output_tokens,
    pieces,
  }
}

async function loop(asked, isStreamed) {
  const called = []
  let city = ''
  const getWeather = tool(
    given => {
      called.push('get_weather')
      city = given.city
      return `18 degrees in ${city}`
    },
    {
      name: 'get_weather',
      description: 'The weather in a city.',
      schema: z.object({ city: z.string() }),
    },
  )
  const agent = asked.bindTools([getWeather])
  const messages = [new HumanMessage('What is the weather in Lisbon?')]
  for (let rounds = 1; ; rounds++) {
    let answer
    if (isStreamed) {
      for await (const chunk of await agent.stream(messages)) {
        answer = answer === undefined ? chunk : answer.concat(chunk)
      }
    } else answer = await agent.invoke(messages)
    messages.push(answer)
    if (!answer.tool_calls?.length) return { called, city, rounds, text: answer.text }
    for (const call of answer.tool_calls) messages.push(await getWeather.invoke(call))
  }
}

function parsed(asked, method) {
  return asked.withStructuredOutput(book, { name: 'book', method }).invoke('Describe a book.')
}

async function embedding() {
  const options = { model: 'text-embedding-3-small', apiKey: OPENAI_API_KEY }
  const configuration = { baseURL: OPENAI_BASE_URL }
  const vectorOf = more =>
    new OpenAIEmbeddings({ ...options, configuration, ...more }).embedQuery('A river.')
  const vector = await vectorOf({})
  const floats = await vectorOf({ encodingFormat: 'float' })
  return {
    length: vector.length,
    shortLength: (await vectorOf({ dimensions: 256 })).length,
    norm: Math.hypot(...vector),
    sameAsFloats:
      floats.length === vector.length && floats.every((x, i) => Math.abs(x - vector[i]) < 1e-6),
  }
}

async function failureOf(action) {
  try {
    await action()
  } catch (error) {
    const { status, code, param, requestID, headers } = error
    return {
      failure: {
        name: error.constructor.name,
        status,
        code: code ?? null,
        param: param ?? null,
        hasRequestId: /^req_/.test(requestID),
      },
      retryAfter: headers?.get('retry-after') ?? null,
    }
  }
  throw new Error('It was answered.')
}

async function errors() {
  const ask =
    (more, words = wanted) =>
    () =>
      chatAt(more).invoke(words)
  const limited = { baseURL: PER_MINUTE_URL, maxRetries: 0 }
  await ask(limited)()
  const limit = await failureOf(ask(limited))
  const badStream = async () => {
    for await (const _ of await chatAt({ frequencyPenalty: 5 }).stream(wanted)) {
      // refused before
    }
  }
  return {
    badRequest: (await failureOf(ask({ temperature: 3 }))).failure,
    badStream: (await failureOf(badStream)).failure,
    wrongKey: (await failureOf(ask({ apiKey: 'sk-stranger-0123' }))).failure,
    unknownModel: (await failureOf(ask({ model: 'no-such-model' }))).failure,
    serverError: (await failureOf(ask({}, 'It is out of order.'))).failure,
    rateLimited: { ...limit.failure, retryAfter: limit.retryAfter },
  }
}

async function retried() {
  const at = maxTokens => chatAt({ baseURL: PACED_URL, maxTokens })
  await at(5900).invoke(wanted)
  const startedMs = performance.now()
  const { text } = await at(200).invoke(wanted)
  return { text, waitedMs: performance.now() - startedMs }
}

function versionOf(path) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${path}/package.json`, import.meta.url)))
    .version
}

const verdict = {
  sdk: `@langchain/openai ${versionOf('@langchain/openai')}`,
  chat: await whole(chat),
  chatStream: await streamed(chat),
  tools: await loop(chat, false),
  toolsStream: await loop(chat, true),
  parsed: await parsed(chat, 'jsonSchema'),
  embedding: await embedding(),
  response: await whole(responses),
  responseStream: await streamed(responses),
  responseTools: await loop(responses, true),
  responseParsed: await parsed(responses, 'functionCalling'),
  errors: await errors(),
  retried: await retried(),
}
process.stdout.write(JSON.stringify(verdict))
