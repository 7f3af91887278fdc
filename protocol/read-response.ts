/**
 * The events of the Responses API, or a whole response, told as completion chunks are: one reading of both.
 *
 * Servers differ in which of the events they send and how they number them, so a text is known by its kind alone, and
 * what no delta said is read from the response that comes at the end.
 */
import { countOf, type Fields, fieldsOf, listOf, textOf } from './lenient.ts'
import {
  type ChunkReading,
  type Delta,
  readWireError,
  type WireError,
  type WireUsage,
} from './read-chunk.ts'

/** Reads one answer: its events in order, or the one whole response. */
type ResponseReader = (json: unknown) => ChunkReading

type TextKind = 'content' | 'reasoning' | 'refusal'

/** The events that end a stream. */
const TERMINAL = /^response\.(completed|incomplete|failed|cancelled)$/

/** Whether the event of this name is a stream's last. */
export function isTerminalEvent(name: string): boolean {
  return TERMINAL.test(name)
}

const textDeltas: Readonly<Record<string, TextKind>> = {
  'response.output_text.delta': 'content',
  'response.refusal.delta': 'refusal',
  'response.reasoning_summary_text.delta': 'reasoning',
  'response.reasoning_text.delta': 'reasoning',
  'response.reasoning.delta': 'reasoning', // as Open Responses has it
}

/** What stands between two parts of a summary of reasoning, of which each is a paragraph. */
const PARAGRAPH = '\n\n'

export function createResponseReader(): ResponseReader {
  const told = new Set<TextKind>()
  /** The calls by their place in the output. */
  const calls = new Map<number, OpenCall>()
  let lastNumber = 0

  return json => {
    const event = fieldsOf(json)
    const type = typeof event.type === 'string' ? event.type : ''
    if (isRepeated(event.sequence_number)) return NOTHING
    const textKind = textDeltas[type]
    if (textKind) return saying(sayText(textKind, textOf(event.delta)))
    switch (type) {
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return saying(sayCall(countOf(event.output_index, 0), { text: textOf(event.delta) }))
      case 'response.output_item.added':
      case 'response.output_item.done':
        return saying(sayCallItem(countOf(event.output_index, 0), fieldsOf(event.item)))
      case 'response.reasoning_summary_part.added':
        return saying(event.summary_index ? sayText('reasoning', PARAGRAPH) : undefined)
    }
    const response = event.object === 'response' ? event : fieldsOf(event.response)
    const error = readWireError(json) ?? readWireError({ error: response.error })
    if (error) return { ...NOTHING, error, usage: readUsage(response.usage) }
    const isEnd = event === response || isTerminalEvent(type)
    return isEnd ? readEnd(type, response) : { ...NOTHING, ...identityOf(response) }
  }

  /** Of an event that came twice its number tells; numbers that stay the same tell nothing. */
  function isRepeated(value: unknown): boolean {
    const number = countOf(value, 0)
    const wasSeen = number > 0 && number === lastNumber
    lastNumber = number
    return wasSeen
  }

  function sayText(kind: TextKind, text: string | undefined): Delta | undefined {
    if (text === undefined) return undefined
    told.add(kind)
    return { ...SILENT, [kind]: text }
  }

  /** A piece of the call at this place of the output, if there is anything new in it. */
  function sayCall(place: number, { id, name, text }: CallPiece): Delta | undefined {
    let call = calls.get(place)
    const isNew = !call
    if (!call) {
      call = { index: calls.size, isNamed: false, hasText: false }
      calls.set(place, call)
    }
    const facts = call.isNamed ? { id: undefined, name: undefined } : { id, name }
    call.isNamed ||= name !== undefined
    if (!isNew && facts.name === undefined && text === undefined) return undefined
    call.hasText ||= text !== undefined
    return { ...SILENT, toolCalls: [{ index: call.index, ...facts, arguments: text ?? '' }] }
  }

  /** An item that is a call: its name, and its arguments where no delta told them. */
  function sayCallItem(place: number, item: Fields): Delta | undefined {
    if (item.type !== 'function_call' && item.type !== 'custom_tool_call') return undefined
    const whole = textOf(item.arguments) ?? textOf(item.input)
    const text = calls.get(place)?.hasText ? undefined : whole
    return sayCall(place, { id: textOf(item.call_id), name: textOf(item.name), text })
  }

  /** What was not yet said, then how it ended, and the usage. */
  function readEnd(type: string, response: Fields): ChunkReading {
    const status = endStatus(type, textOf(response.status))
    const { reason } = fieldsOf(response.incomplete_details)
    const output = listOf(response.output).map(fieldsOf)
    const rest: (Delta | undefined)[] = []
    const texts = textsOf(output)
    for (const kind of ['reasoning', 'content', 'refusal'] as const) {
      if (!told.has(kind)) rest.push(sayText(kind, textOf(texts[kind])))
    }
    if (calls.size === 0) rest.push(...output.map((item, place) => sayCallItem(place, item)))
    const finishReason = finishReasonOf(status, reason, calls.size > 0)
    if (finishReason) rest.push({ ...SILENT, finishReason })
    return {
      ...identityOf(response),
      error: finishReason ? undefined : notWhole(status, reason),
      usage: readUsage(response.usage),
      deltas: rest.filter(delta => delta !== undefined),
    }
  }
}

interface OpenCall {
  readonly index: number
  isNamed: boolean
  hasText: boolean
}

interface CallPiece {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly text: string | undefined
}

const NOTHING: ChunkReading = {
  id: undefined,
  model: undefined,
  error: undefined,
  usage: undefined,
  deltas: [],
}

const SILENT: Delta = {
  choice: 0,
  content: undefined,
  reasoning: undefined,
  refusal: undefined,
  toolCalls: [],
  finishReason: undefined,
}

function saying(delta: Delta | undefined): ChunkReading {
  return delta ? { ...NOTHING, deltas: [delta] } : NOTHING
}

function identityOf(response: Fields): Pick<ChunkReading, 'id' | 'model'> {
  return { id: textOf(response.id), model: textOf(response.model) }
}

/** The response's own word, unless it says that it goes on in the event that ends it. */
function endStatus(type: string, told: string | undefined): string {
  const isEnd = told !== undefined && isTerminalEvent(`response.${told}`)
  return isEnd ? told : (TERMINAL.exec(type)?.[1] ?? told ?? 'completed')
}

/** A chat completion's word for the same end; undefined: there is none, since the answer is not whole. */
function finishReasonOf(status: string, reason: unknown, hasCalls: boolean): string | undefined {
  if (status === 'completed') return hasCalls ? 'tool_calls' : 'stop'
  if (status !== 'incomplete') return undefined
  if (reason === 'max_output_tokens') return 'length'
  return reason === 'content_filter' ? reason : undefined
}

function notWhole(status: string, reason: unknown): WireError {
  const because = textOf(reason)
  const message = `The response is ${status}${because ? `: ${because}` : ''}.`
  // A response that is queued, in progress or cancelled is one in the background: asking anew makes another.
  const type = status === 'incomplete' || status === 'failed' ? 'server_error' : 'unsupported'
  return { message, type, code: because, param: undefined }
}

/** The texts of a whole output, kind by kind; reasoning as it is, or else its summary. */
function textsOf(output: readonly Fields[]): Readonly<Record<TextKind, string>> {
  const texts = { content: '', reasoning: '', refusal: '' }
  for (const { type, content, summary } of output) {
    const parts = listOf(content).map(fieldsOf)
    const text = (of: string, field = 'text') =>
      parts.map(part => (part.type === of ? (textOf(part[field]) ?? '') : '')).join('')
    if (type === 'message') {
      texts.content += text('output_text')
      texts.refusal += text('refusal', 'refusal')
    } else if (type === 'reasoning') {
      const paragraphs = listOf(summary).map(part => textOf(fieldsOf(part).text) ?? '')
      texts.reasoning += text('reasoning_text') || paragraphs.join(PARAGRAPH)
    }
  }
  return texts
}

function readUsage(value: unknown): WireUsage | undefined {
  const usage = fieldsOf(value)
  if (usage.input_tokens === undefined && usage.output_tokens === undefined) return undefined
  return {
    inputTokens: countOf(usage.input_tokens, 0),
    cachedInputTokens: countOf(fieldsOf(usage.input_tokens_details).cached_tokens, 0),
    outputTokens: countOf(usage.output_tokens, 0),
    reasoningTokens: countOf(fieldsOf(usage.output_tokens_details).reasoning_tokens, 0),
  }
}
