/** An event of ours as its text, taken apart and put together in other ways. */
import type { Json } from '../../../protocol/checks.ts'

export interface EventParts {
  /** A comment line before it. */
  readonly comment: string | undefined
  readonly name: string | undefined
  /** Undefined: there is only a comment. */
  readonly data: string | undefined
}

/** `text`: as `eventText` writes it. */
export function partsOf(text: string): EventParts {
  const lines = text.split(/\r\n|\n/)
  const after = (field: string) => lines.find(line => line.startsWith(field))?.slice(field.length)
  return { comment: after(': '), name: after('event: '), data: after('data: ') }
}

/** The JSON object of an event's data; undefined: it is none. */
export function jsonOf(text: string): Json | undefined {
  const { data } = partsOf(text)
  return data?.startsWith('{') ? (JSON.parse(data) as Json) : undefined
}

/** The same event with other data. */
export function withData(text: string, data: string): string {
  const { comment, name } = partsOf(text)
  return sayEvent({ comment, name, data })
}

export function withJson(text: string, json: unknown): string {
  return withData(text, JSON.stringify(json))
}

/** `data`: each line becomes a `data:` line. */
export function sayEvent({ comment, name, data }: Partial<EventParts>): string {
  const before = comment === undefined ? '' : `: ${comment}\n\n`
  const named = name === undefined ? '' : `event: ${name}\n`
  const lines = data === undefined ? '' : `data: ${data.replaceAll('\n', '\ndata: ')}`
  return lines === '' ? before : `${before}${named}${lines}\n\n`
}

/** Whether it is the mark at a stream's end. */
export function isDone(text: string): boolean {
  return partsOf(text).data === '[DONE]'
}

/** Whether the stream's answer is over with it, whatever may still come. */
export function isLast(text: string): boolean {
  const { name, data } = partsOf(text)
  return (
    data === '[DONE]' ||
    name === 'message_stop' ||
    /^response\.(completed|incomplete|failed)$/.test(name ?? '')
  )
}
