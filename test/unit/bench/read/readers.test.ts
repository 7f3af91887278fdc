/** What each endpoint's events and answers say to the bench. */
import { describe, expect, it } from 'vitest'
import { chatReader, chatWholeReader } from '../../../../bench/read/chat.ts'
import { embeddingsReader, imagesReader, moderationsReader } from '../../../../bench/read/lists.ts'
import { imageEventsReader, speechEventsReader } from '../../../../bench/read/media.ts'
import { messagesReader, messagesWholeReader } from '../../../../bench/read/messages.ts'
import type { EventReader, WholeReader } from '../../../../bench/read/reader.ts'
import { responsesReader, responsesWholeReader } from '../../../../bench/read/responses.ts'

const says = (reader: EventReader, data: unknown) =>
  reader.event(typeof data === 'string' ? data : JSON.stringify(data))
const reads = (reader: WholeReader, body: unknown) => reader.whole(JSON.stringify(body))

describe('chat', () => {
  it.each([
    [{ choices: [{ delta: { content: 'a' } }] }, { hasContent: true, text: 'a' }],
    [{ choices: [{ text: 'b' }] }, { hasContent: true, text: 'b' }],
    [{ choices: [{ delta: { reasoning: 'r' } }] }, { hasContent: true }],
    [{ choices: [{ delta: { content: '', tool_calls: [{}] } }] }, { hasContent: true }],
    [{ choices: [{ delta: { role: 'assistant', content: '' } }] }, { hasContent: false }],
    [{ choices: null }, { hasContent: false }],
    [{ choices: [null, { delta: null }] }, { hasContent: false }],
    [
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } },
      { hasContent: false, usage: { input: 3, output: 4 } },
    ],
    [{ error: { message: 'no' } }, { hasContent: false, error: 'no' }],
    ['[DONE]', { hasContent: false, isEnd: true }],
    ['{', undefined],
    ['3', undefined],
  ])('%j', (data, news) => expect(says(chatReader, data)).toEqual(news))

  it('whole answers have text and usage', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4 }
    const message = { role: 'assistant', content: 'hello' }
    expect(reads(chatWholeReader, { choices: [{ message }], usage })).toEqual({
      hasContent: true,
      text: 'hello',
      usage: { input: 3, output: 4 },
    })
    expect(reads(chatWholeReader, { choices: [{ text: 'old' }] })).toMatchObject({ text: 'old' })
    expect(reads(chatWholeReader, { error: { message: 'no' } })).toMatchObject({ error: 'no' })
    expect(reads(chatWholeReader, {})).toBeUndefined()
    expect(chatWholeReader.whole('data: {}')).toBeUndefined()
  })
})

describe('responses', () => {
  const usage = { input_tokens: 5, output_tokens: 6 }
  it.each([
    [
      { type: 'response.output_text.delta', delta: 'a' },
      { hasContent: true, text: 'a' },
    ],
    [{ type: 'response.reasoning_summary_text.delta', delta: 'r' }, { hasContent: true }],
    [{ type: 'response.function_call_arguments.delta', delta: '{' }, { hasContent: true }],
    [{ type: 'response.output_text.delta', delta: '' }, { hasContent: false }],
    [{ type: 'response.created', response: { usage: null } }, { hasContent: false }],
    [
      { type: 'response.completed', response: { status: 'completed', usage } },
      { hasContent: false, isEnd: true, usage: { input: 5, output: 6 } },
    ],
    [
      { type: 'response.incomplete', response: { status: 'incomplete', usage } },
      { hasContent: false, isEnd: true, usage: { input: 5, output: 6 } },
    ],
    [
      { type: 'response.failed', response: { status: 'failed', error: { message: 'broke' } } },
      { hasContent: false, error: 'broke' },
    ],
    [
      { type: 'response.failed', response: { status: 'failed' } },
      { hasContent: false, error: 'the response is failed' },
    ],
    [
      { type: 'error', message: 'flat' },
      { hasContent: false, error: 'flat' },
    ],
    [{ error: { message: 'nested' } }, { hasContent: false, error: 'nested' }],
    [{}, undefined],
    ['[', undefined],
  ])('%j', (data, news) => expect(says(responsesReader, data)).toEqual(news))

  it('whole ones have the text of their messages', () => {
    const output = [
      { type: 'reasoning', summary: [] },
      { type: 'message', content: [{ type: 'output_text', text: 'a' }, { type: 'refusal' }] },
      { type: 'message', content: [{ type: 'output_text', text: 'b' }] },
    ]
    expect(reads(responsesWholeReader, { status: 'completed', output, usage })).toMatchObject({
      hasContent: true,
      text: 'ab',
      usage: { input: 5, output: 6 },
    })
    expect(reads(responsesWholeReader, { output: [], status: 'failed' })).toMatchObject({
      error: 'the response is failed',
    })
    expect(reads(responsesWholeReader, {})).toBeUndefined()
  })
})

describe('messages', () => {
  it.each([
    [
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } },
      { hasContent: true, text: 'a' },
    ],
    [{ type: 'content_block_delta', delta: { thinking: 't' } }, { hasContent: true }],
    [{ type: 'content_block_delta', delta: { partial_json: '{' } }, { hasContent: true }],
    [{ type: 'content_block_delta', delta: { signature: 's' } }, { hasContent: false }],
    [
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 1,
            cache_creation_input_tokens: 2,
            cache_read_input_tokens: 4,
            output_tokens: 1,
          },
        },
      },
      { hasContent: false, usage: { input: 7 } },
    ],
    [
      { type: 'message_delta', delta: {}, usage: { output_tokens: 9 } },
      { hasContent: false, usage: { output: 9 } },
    ],
    [{ type: 'ping' }, { hasContent: false }],
    [{ type: 'message_stop' }, { hasContent: false, isEnd: true }],
    [
      { type: 'error', error: { message: 'overloaded' } },
      { hasContent: false, error: 'overloaded' },
    ],
    [{ choices: [] }, undefined],
  ])('%j', (data, news) => expect(says(messagesReader, data)).toEqual(news))

  it('whole ones have the text of their blocks', () => {
    const content = [
      { type: 'thinking', thinking: 't' },
      { type: 'text', text: 'a' },
    ]
    const usage = { input_tokens: 1, output_tokens: 2 }
    expect(reads(messagesWholeReader, { type: 'message', content, usage })).toEqual({
      hasContent: true,
      text: 'a',
      usage: { input: 1, output: 2 },
    })
    expect(reads(messagesWholeReader, { type: 'error', error: { message: 'no' } })).toMatchObject({
      error: 'no',
    })
    expect(reads(messagesWholeReader, {})).toBeUndefined()
  })
})

describe('media', () => {
  it('images are there when one has been completed', () => {
    const usage = { input_tokens: 1, output_tokens: 2 }
    expect(says(imageEventsReader, { type: 'image_generation.partial_image' })).toEqual({
      hasContent: true,
    })
    expect(says(imageEventsReader, { type: 'image_generation.completed', usage })).toEqual({
      hasContent: true,
      isEnd: true,
      usage: { input: 1, output: 2 },
    })
    expect(says(imageEventsReader, { type: 'error', error: { message: 'no' } })).toMatchObject({
      error: 'no',
    })
  })

  it('speech ends with its own event', () => {
    expect(says(speechEventsReader, { type: 'speech.audio.delta' })).toEqual({ hasContent: true })
    expect(says(speechEventsReader, { type: 'speech.audio.done' })).toEqual({
      hasContent: false,
      isEnd: true,
    })
  })
})

it.each([
  ['embeddings', embeddingsReader, { data: [{}], usage: { prompt_tokens: 3 } }, 3],
  ['images', imagesReader, { data: [{}], usage: { input_tokens: 4, output_tokens: 0 } }, 4],
  ['moderations', moderationsReader, { results: [{}] }, undefined],
])('%s are a list', (_, reader, body, input) => {
  const news = reads(reader, body)
  expect(news?.hasContent).toBe(true)
  expect(news?.usage).toEqual(input === undefined ? undefined : { input, output: 0 })
  expect(reads(reader, {})).toBeUndefined()
  expect(reads(reader, { error: { message: 'no' } })).toMatchObject({ error: 'no' })
})
