/** What refusals of providers other than OpenAI have in common. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import type { ErrorAnswer, Json } from './dialect.ts'

/** The headers that belong to the refusal stay, but for the one that names OpenAI. */
export function refusal(error: ApiError, body: Json, status = error.status): ErrorAnswer {
  const { 'www-authenticate': _, ...headers } = error.headers
  return { status, json: JSON.stringify(body), headers }
}

/** The name that the message quotes, e.g. that of a model which is not there; '' when it quotes none. */
export function quotedIn({ message }: ApiError): string {
  return /[`'](.+?)[`']/.exec(message)?.[1] ?? ''
}

/** Whether a key is missing or wrong. */
export function isKeyRefused({ status }: ApiError): boolean {
  return status === 401
}

export function isModelUnknown({ code }: ApiError): boolean {
  return code === 'model_not_found'
}
