/** What else openai for Node does: its helpers, and one call to everything that it has a resource for. */
import { z } from 'zod'
import { type Environment, type Kit, model } from './openai.ts'

export type More = Awaited<ReturnType<typeof checkMore>>

const said = (content: string) => [{ role: 'user' as const, content }]
const wanted = said('Reply with exactly this text: Good morning.')
const weather = said('What is the weather in Lisbon?')
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const animal = z.object({ name: z.string(), legs: z.number().int() })

export async function checkMore(kit: Kit, env: Environment) {
  const { OpenAI, zodResponseFormat, ChatCompletionStream } = kit
  const options = { apiKey: env.OPENAI_API_KEY!, baseURL: env.OPENAI_BASE_URL! }
  const client = new OpenAI(options)
  const { completions } = client.chat

  /** The name of the class of what `action` throws. */
  async function thrownBy(action: () => PromiseLike<unknown>): Promise<string> {
    try {
      await action()
    } catch (error) {
      return (error as object).constructor.name
    }
    return 'nothing'
  }

  async function runnerEvents() {
    const events: string[] = []
    const run = (_: { city: string }) => 'Sunny.'
    const tool = { name: 'get_weather', parameters, function: run, parse: JSON.parse }
    const tools = [{ type: 'function' as const, function: { ...tool, description: '' } }]
    const runner = completions.runTools({ model, messages: weather, tools, stream: true })
    runner.on('message', ({ role }) => events.push(`message of ${role}`))
    runner.on('functionToolCall', ({ name }) => events.push(`call of ${name}`))
    runner.on('functionToolCallResult', result => events.push(`result ${result}`))
    runner.on('finalContent', content => events.push(`final ${content}`))
    runner.on('end', () => events.push('end'))
    await runner.done()
    return events
  }

  async function streamEvents() {
    const events: string[] = []
    const stream = completions.stream({ model, messages: wanted, logprobs: true })
    stream.on('connect', () => events.push('connect'))
    stream.on('content.delta', ({ delta }) => events.push(`content.delta ${delta}`))
    stream.on('logprobs.content.done', ({ content }) => events.push(`${content.length} logprobs`))
    stream.on('content.done', ({ content }) => events.push(`content.done ${content}`))
    stream.on('finalMessage', ({ role }) => events.push(`finalMessage of ${role}`))
    stream.on('end', () => events.push('end'))
    await stream.done()
    return events
  }

  async function callEvents() {
    const names = new Set<string>()
    let pieces = ''
    let whole = ''
    const stream = completions.stream({
      model,
      messages: weather,
      tools: [{ type: 'function', function: { name: 'get_weather', parameters } }],
    })
    stream.on('tool_calls.function.arguments.delta', ({ name, arguments_delta }) => {
      names.add(name)
      pieces += arguments_delta
    })
    stream.on('tool_calls.function.arguments.done', event => {
      whole = event.arguments
    })
    await stream.done()
    return { names: [...names], isWhole: pieces === whole, keys: Object.keys(JSON.parse(whole)) }
  }

  async function parsedInStream() {
    const response_format = zodResponseFormat(animal, 'animal')
    const stream = completions.stream({ model, messages: said('An animal?'), response_format })
    const { choices } = await stream.finalChatCompletion()
    return animal.parse(choices[0]!.message.parsed)
  }

  async function refusal() {
    const response_format = zodResponseFormat(animal, 'animal')
    const body = { model, messages: said('Something forbidden.'), response_format }
    const { refusal, parsed } = (await completions.parse(body)).choices[0]!.message
    let streamed = ''
    const stream = completions.stream(body)
    stream.on('refusal.delta', ({ delta }) => {
      streamed += delta
    })
    await stream.done()
    return { refusal, streamed, parsed }
  }

  async function cutShort() {
    const response_format = zodResponseFormat(animal, 'animal')
    const body = { model, messages: said('An animal?'), response_format }
    return {
      length: await thrownBy(() => completions.parse({ ...body, max_tokens: 2 })),
      filter: await thrownBy(() => completions.parse({ ...body, messages: said('Filter it.') })),
    }
  }

  async function readableStream() {
    const kept = completions.stream({ model, messages: wanted }).toReadableStream()
    const again = ChatCompletionStream.fromReadableStream(kept as never)
    return await again.finalContent()
  }

  async function responseEvents() {
    const deltas: string[] = []
    const stream = client.responses.stream({
      model,
      input: 'What is the weather in Lisbon?',
      tools: [{ type: 'function', name: 'get_weather', parameters, strict: false }],
    })
    let snapshot = ''
    stream.on('response.function_call_arguments.delta', event => {
      deltas.push(event.delta)
      snapshot = event.snapshot
    })
    const { output, status } = await stream.finalResponse()
    const calls = output.filter(item => item.type === 'function_call')
    const isWhole = deltas.join('') === snapshot && snapshot === calls[0]?.arguments
    return { status, names: calls.map(({ name }) => name), isWhole }
  }

  async function responseState() {
    const { responses, conversations } = client
    const first = await responses.create({ model, input: 'My name is Ada.' })
    const next = await responses.create({
      model,
      input: 'What is my name?',
      previous_response_id: first.id,
    })
    const inputs: string[] = []
    for await (const item of responses.inputItems.list(next.id, { limit: 1 }))
      inputs.push(item.type)
    const queued = await responses.create({ model, input: 'Hello.', background: true })
    let polled = queued
    for (let i = 0; i < 100 && /queued|in_progress/.test(polled.status ?? ''); i++) {
      await new Promise(resolve => setTimeout(resolve, 10))
      polled = await responses.retrieve(queued.id)
    }
    await responses.delete(first.id)
    const conversation = await conversations.create({ items: [{ role: 'user', content: 'Hi.' }] })
    await responses.create({ model, input: 'And you?', conversation: conversation.id })
    const items: string[] = []
    for await (const item of conversations.items.list(conversation.id)) items.push(item.type)
    return {
      inputs,
      background: [queued.status, polled.status],
      gone: await thrownBy(() => responses.retrieve(first.id)),
      items,
    }
  }

  async function storedChats() {
    const metadata = { of: 'sdk' }
    const { id } = await completions.create({ model, messages: wanted, store: true, metadata })
    const read = await completions.retrieve(id)
    const updated = await completions.update(id, { metadata: { of: 'me' } })
    const listed: string[] = []
    for await (const one of completions.list({ limit: 1 })) listed.push(one.id)
    const messages: (string | null)[] = []
    for await (const { content } of completions.messages.list(id)) messages.push(content)
    const { deleted } = await completions.delete(id)
    return {
      text: read.choices[0]!.message.content,
      metadata: (updated as { metadata?: unknown }).metadata,
      isListed: listed.includes(id),
      messages,
      deleted,
      gone: await thrownBy(() => completions.retrieve(id)),
    }
  }

  async function legacy() {
    const body = { model, prompt: 'Reply with exactly this text: Good morning.' }
    const { choices } = await client.completions.create(body)
    let streamed = ''
    for await (const chunk of await client.completions.create({ ...body, stream: true })) {
      streamed += chunk.choices[0]?.text ?? ''
    }
    return [choices[0]!.text, streamed]
  }

  async function batch() {
    const line = (custom_id: string) =>
      JSON.stringify({
        custom_id,
        method: 'POST',
        url: '/v1/chat/completions',
        body: { model, messages: wanted },
      })
    const file = new File([`${line('a')}\n${line('b')}\n`], 'requests.jsonl')
    const { id: input_file_id } = await client.files.create({ file, purpose: 'batch' })
    let batch = await client.batches.create({
      input_file_id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    for (let i = 0; i < 200 && batch.status !== 'completed'; i++) {
      await new Promise(resolve => setTimeout(resolve, 10))
      batch = await client.batches.retrieve(batch.id)
    }
    const text = await (await client.files.content(batch.output_file_id!)).text()
    const answers = text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    return {
      counts: batch.request_counts,
      answers: Object.fromEntries(
        answers.map(({ custom_id, response }) => [
          custom_id,
          response.body.choices[0].message.content,
        ]),
      ),
    }
  }

  async function upload() {
    const bytes = Buffer.from('{"a":1}\n')
    const { id } = await client.uploads.create({
      bytes: bytes.length,
      filename: 'a.jsonl',
      mime_type: 'application/jsonl',
      purpose: 'batch',
    })
    const parts = [bytes.subarray(0, 3), bytes.subarray(3)]
    const part_ids: string[] = []
    for (const part of parts) {
      const data = new File([part], 'part')
      part_ids.push((await client.uploads.parts.create(id, { data })).id)
    }
    const { status, file } = await client.uploads.complete(id, { part_ids })
    return { status, content: await (await client.files.content(file!.id)).text() }
  }

  async function sound() {
    const speech = await client.audio.speech.create({
      model: 'gpt-4o-mini-tts',
      voice: 'alloy',
      input: 'Rivers run to the sea.',
    })
    const file = new File([new Uint8Array(await speech.arrayBuffer())], 'speech.mp3')
    const body = { model: 'gpt-4o-mini-transcribe', file }
    const { text } = await client.audio.transcriptions.create(body)
    let streamed = ''
    for await (const event of await client.audio.transcriptions.create({ ...body, stream: true })) {
      if (event.type === 'transcript.text.delta') streamed += event.delta
    }
    return { text, streamed }
  }

  async function images() {
    const body = { model: 'gpt-image-1', prompt: 'A river.', size: '1024x1024' as const }
    const { data } = await client.images.generate(body)
    const png = Buffer.from(data![0]!.b64_json!, 'base64')
    const image = new File([png], 'river.png', { type: 'image/png' })
    const edited = await client.images.edit({ ...body, image, prompt: 'A wider river.' })
    return {
      start: png.toString('latin1', 1, 4),
      edited: Buffer.from(edited.data![0]!.b64_json!, 'base64').toString('latin1', 1, 4),
    }
  }

  async function moderation() {
    const { results } = await client.moderations.create({
      input: ['A calm river.', 'I will kill you.'],
    })
    return results.map(({ flagged }) => flagged)
  }

  async function leaving() {
    const aborter = new AbortController()
    let pieces = 0
    const aborted = await thrownBy(async () => {
      const stream = await completions.create(
        { model, messages: said('Slowly.'), stream: true },
        { signal: aborter.signal },
      )
      for await (const _ of stream) if (++pieces === 2) aborter.abort()
    })
    const timedOut = await thrownBy(() =>
      completions.create({ model, messages: said('Very late.') }, { timeout: 100, maxRetries: 0 }),
    )
    const nobody = new OpenAI({ ...options, baseURL: 'http://127.0.0.1:1/v1', maxRetries: 0 })
    return { aborted, pieces, timedOut, nobody: await thrownBy(() => nobody.models.list()) }
  }

  async function reasoning() {
    const { usage } = await completions.create({
      model: 'gpt-5-mini',
      messages: said('Why?'),
      reasoning_effort: 'low',
    })
    const response = await client.responses.create({
      model: 'gpt-5-mini',
      input: 'Why?',
      reasoning: { effort: 'low', summary: 'auto' },
    })
    const [thought] = response.output.filter(item => item.type === 'reasoning')
    return {
      chat: usage!.completion_tokens_details!.reasoning_tokens! > 0,
      response: response.usage!.output_tokens_details.reasoning_tokens > 0,
      summary: thought!.summary[0]!.text.length > 0,
    }
  }

  return {
    runnerEvents: await runnerEvents(),
    streamEvents: await streamEvents(),
    callEvents: await callEvents(),
    parsedInStream: await parsedInStream(),
    refusal: await refusal(),
    cutShort: await cutShort(),
    readableStream: await readableStream(),
    responseEvents: await responseEvents(),
    responseState: await responseState(),
    storedChats: await storedChats(),
    legacy: await legacy(),
    batch: await batch(),
    upload: await upload(),
    sound: await sound(),
    images: await images(),
    moderation: await moderation(),
    leaving: await leaving(),
    reasoning: await reasoning(),
  }
}
