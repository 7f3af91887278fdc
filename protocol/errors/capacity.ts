/** Refusals of a server that has too much to do, or is not there yet. */
import { ApiError } from './api-error.ts'

/** The other way to say `overloaded`, which is a 503; `headers`: the wait. */
export function modelBusy(headers: Readonly<Record<string, string>>): ApiError {
  return new ApiError(
    429,
    'That model is currently overloaded with other requests. You can retry your request, or contact us through our help center at help.openai.com if the error persists.',
    { type: 'requests', code: 'rate_limit_exceeded', headers },
  )
}

/** `headers`: the wait. The wording is ours. */
export function startingUp(headers: Readonly<Record<string, string>>): ApiError {
  return new ApiError(503, 'The server is starting and not ready yet. Please retry your request.', {
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
    headers,
  })
}
