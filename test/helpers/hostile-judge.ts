/** What is wrong with an answer, whatever was asked: its envelope, its JSON, its events. */
import { isObject } from '../../protocol/checks.ts'

export interface Answer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export interface Asked {
  readonly method: string
  readonly path: string
  /** Of the endpoint that was meant. */
  readonly endpoint: string
  readonly dialect: string
}

/** Undefined: nothing. */
export function faultOf(asked: Asked, answer: Answer): string | undefined {
  const { status, headers, body } = answer
  if (status >= 500) return `status ${status}`
  if (headers['x-request-id'] === undefined && headers['request-id'] === undefined) {
    return 'no request id'
  }
  if (asked.method === 'HEAD') return body.length === 0 ? undefined : 'a body for HEAD'
  const type = String(headers['content-type'] ?? '')
  const text = body.toString()
  if (status >= 400) return envelopeFault(asked, type, text)
  if (type.startsWith('application/json')) return jsonFault(text)
  if (type.startsWith('text/event-stream')) return streamFault(asked, text)
  return undefined
}

function jsonFault(text: string): string | undefined {
  try {
    return isObject(JSON.parse(text)) ? undefined : 'no object'
  } catch (error) {
    return `no JSON: ${error}`
  }
}

const MESSAGES = /^(?:\/v1|\/openai(?:\/v1)?)?\/messages(?=[/?]|$)/

function envelopeFault({ path, dialect }: Asked, type: string, text: string): string | undefined {
  if (!type.startsWith('application/json')) return `a refusal as ${type}`
  const fault = jsonFault(text)
  if (fault) return fault
  const body = JSON.parse(text)
  const isOurs = MESSAGES.test(path) ? isAnthropic(body) : (envelopes[dialect] ?? isOpenai)(body)
  return isOurs ? undefined : 'no error envelope'
}

type Judge = (body: Record<string, unknown>) => boolean

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isTextOrNull = (value: unknown) => value === null || typeof value === 'string'

const isOpenai: Judge = ({ error }) =>
  isObject(error) &&
  isText(error.message) &&
  isText(error.type) &&
  isTextOrNull(error.param) &&
  isTextOrNull(error.code)

const isAnthropic: Judge = ({ type, error, request_id }) =>
  type === 'error' &&
  isObject(error) &&
  isText(error.type) &&
  isText(error.message) &&
  isText(request_id)

const hasMessage: Judge = ({ error }) => isObject(error) && isText(error.message)

const envelopes: Readonly<Record<string, Judge>> = {
  azure: hasMessage,
  'azure-async': hasMessage,
  vllm: body => body.error === 'Unauthorized' || hasMessage(body),
  ollama: hasMessage,
  llamacpp: hasMessage,
  groq: hasMessage,
  openrouter: hasMessage,
  mistral: ({ object, message, detail }) =>
    detail === 'Unauthorized' || (object === 'error' && isText(message)),
  xai: ({ error, code }) => isText(error) && isText(code),
  'anthropic-compat': hasMessage,
}

interface Event {
  readonly name: string | undefined
  readonly data: string
}

const FRAME = /^(?:event: (?<name>[^\r\n]+)\r?\n)?data: (?<data>[^\r\n]*)$/

/** Undefined for a text that is no list of events, each ended by an empty line. */
export function eventsOf(text: string): Event[] | undefined {
  const frames = text.split(/\r?\n\r?\n/)
  if (frames.pop() !== '') return undefined
  const events: Event[] = []
  for (const frame of frames) {
    if (frame.startsWith(':')) continue
    const found = FRAME.exec(frame)?.groups
    if (!found) return undefined
    events.push({ name: found.name, data: found.data! })
  }
  return events
}

function streamFault({ endpoint, dialect }: Asked, text: string): string | undefined {
  const events = eventsOf(text)
  if (!events) return 'no event stream'
  const isDone = events.at(-1)?.data === '[DONE]'
  const told = isDone ? events.slice(0, -1) : events
  for (const { name, data } of told) {
    const fault = jsonFault(data)
    if (fault) return `event ${name}: ${fault}`
    const { type } = JSON.parse(data)
    if (name !== undefined && type !== undefined && type !== name) return `${name} is a ${type}`
  }
  const last = told.at(-1)?.name ?? ''
  if (endpoint === '/responses') {
    const numbers = told.map(({ data }) => JSON.parse(data).sequence_number)
    if (numbers.some((number, i) => number !== i)) return `numbers ${numbers}`
    return /\.(completed|incomplete|failed)$/.test(last) ? undefined : `it ends with ${last}`
  }
  if (endpoint === '/messages') return last === 'message_stop' ? undefined : `it ends with ${last}`
  if (endpoint.startsWith('/images')) {
    return /\.completed$/.test(last) ? undefined : `it ends with ${last}`
  }
  if (endpoint === '/responses/:id' || isDone) return undefined
  return `it ends with ${last} in ${dialect}`
}
