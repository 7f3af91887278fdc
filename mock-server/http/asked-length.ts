/** A reply whose length its caller names: the header `x-tokadence-tokens`, as load tests that need exact lengths send it. */
import type { IncomingMessage } from 'node:http'
import { wrongLength } from '../../protocol/errors/own.ts'

const header = 'x-tokadence-tokens'
/** No model says more at once. */
const maxTokens = 1_000_000

/** Output tokens; undefined: the request does not say. Throws ApiError for what is no length. */
export function askedLength({ headers }: IncomingMessage): number | undefined {
  const asked = headers[header]
  if (asked === undefined) return undefined
  const tokens = /^\d{1,7}$/.test(String(asked)) ? Number(asked) : 0
  if (tokens < 1 || tokens > maxTokens) throw wrongLength(header, maxTokens)
  return tokens
}
