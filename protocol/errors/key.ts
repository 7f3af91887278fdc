/** Refusals of the API key. */
import { ApiError } from './api-error.ts'

export function noKey(): ApiError {
  return new ApiError(
    401,
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
    { headers: BEARER },
  )
}

export function wrongKey(key: string): ApiError {
  return new ApiError(
    401,
    `Incorrect API key provided: ${maskKey(key)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    { code: 'invalid_api_key', headers: BEARER },
  )
}

const BEARER = { 'www-authenticate': 'Bearer realm="OpenAI API"' }

/** The first 8 and the last 4 characters stay; keys too short to hide anything are shown. */
function maskKey(key: string): string {
  if (key.length <= 12) return key
  return `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`
}
