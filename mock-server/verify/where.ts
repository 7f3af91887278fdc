/** Which requests an expectation is about: the journal's own filters. */
import { OptionError } from '../../base/option-error.ts'
import { isObject } from '../../protocol/checks.ts'
import type { JournalEntry } from '../engine/journal.ts'
import { type RequestFilter, readFilter } from '../engine/journal-filter.ts'
import type { Cursor } from '../fixtures/cursor.ts'

/** As `mock.requests(filter)` takes them; without its limit. */
export type Where = Omit<RequestFilter, 'limit'>

export type Matches = (entry: JournalEntry) => boolean

/** Undefined where it cannot be used; the fault is noted in the cursor. */
export function readWhere(value: unknown, cursor: Cursor): Matches | undefined {
  if (!isObject(value)) return cursor.refuse('write a mapping such as { path: /v1/*, status: 429 }')
  if (value.limit !== undefined) return cursor.at('limit').refuse('there is no limit here')
  try {
    return readFilter(value).matches
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    return cursor.at(error.option).refuse(error.message.slice(`${error.option}: `.length))
  }
}

/** Whether a text is `pattern`, in which each `*` stands for any characters. */
export function globbed(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return text => text === pattern
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop() ?? ''
  return text => {
    if (text.length < first.length + last.length) return false
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    const end = text.length - last.length
    let place = first.length
    for (const part of rest) {
      const found = text.indexOf(part, place)
      if (found < 0 || found + part.length > end) return false
      place = found + part.length
    }
    return true
  }
}
