/** The event that breaks a stream off, as each endpoint says it. */
import { internalError } from '../../../protocol/errors/http.ts'
import { streamErrorIn } from '../../dialects/in-dialect.ts'
import { jsonOf, sayEvent } from './event.ts'
import type { FaultContext } from './fault.ts'

export interface ErrorEventForm {
  /** The error's fields stand beside each other, and not under `error`. */
  readonly flat?: boolean
  /** With an `event: error` line also where the endpoint has none. */
  readonly named?: boolean
}

/** `last`: the event before it; undefined: it is the first. */
export function errorEvent(
  { surface, dialect }: FaultContext,
  last: string | undefined,
  { flat = false, named = false }: ErrorEventForm,
): string {
  const error = internalError()
  const { message, type, param, code } = error
  const before = last === undefined ? undefined : jsonOf(last)
  if (surface === 'responses') {
    const sequence_number = Number(before?.sequence_number ?? -1) + 1
    const data = flat
      ? { type: 'error', code: 'server_error', message, param, sequence_number }
      : { type: 'error', sequence_number, error: { type, code: 'server_error', message, param } }
    return sayEvent({ name: 'error', data: JSON.stringify(data) })
  }
  if (surface === 'messages') {
    const said = { type: 'api_error', message: 'Internal server error' }
    const data = flat ? said : { type: 'error', error: said }
    return sayEvent({ name: 'error', data: JSON.stringify(data) })
  }
  const data = flat
    ? JSON.stringify({ object: 'error', message, type, param, code })
    : streamErrorIn(dialect, error, before)
  return sayEvent({ name: named ? 'error' : undefined, data })
}
