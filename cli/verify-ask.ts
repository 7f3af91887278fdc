/** The question to a running server's `POST /_tokadence/verify`. */
import { OptionError, type Origin } from '../base/option-error.ts'
import type { Expectation } from '../mock-server/verify/expectation.ts'
import type { Verification } from '../mock-server/verify/verification.ts'
import { isObject } from '../protocol/checks.ts'

export interface Asked {
  /** With or without `/v1`. */
  readonly url: string
  readonly controlToken?: string | undefined
  readonly signal: AbortSignal
  /** Where the URL was given. */
  readonly origin?: Origin | undefined
}

/** Longer than any journal takes. */
const TIMEOUT_MS = 60_000

/** Resolves to a sentence when nobody answers. Throws OptionError where the server refuses. */
export async function askServer(
  expectations: readonly Expectation[],
  { url, controlToken, signal, origin }: Asked,
): Promise<Verification | string> {
  const target = verifyUrl(url, origin)
  let answer: { status: number; body: unknown }
  try {
    const response = await fetch(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(controlToken === undefined ? {} : { authorization: `Bearer ${controlToken}` }),
      },
      body: JSON.stringify(expectations),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    answer = { status: response.status, body: parsed(await response.text()) }
  } catch (error) {
    if (signal.aborted) throw error
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } }
    return `${target} does not answer (${cause?.code ?? cause?.message ?? message})`
  }
  const { status, body } = answer
  if (status === 200 && isObject(body) && Array.isArray(body.results)) {
    return body as unknown as Verification
  }
  const said = isObject(body) && isObject(body.error) ? body.error.message : undefined
  if (status === 404 || typeof said !== 'string') {
    return `${target} is no control plane of a mock server: it answers ${status}`
  }
  throw new OptionError('url', undefined, `the server refuses (${status}): ${said}`, { origin })
}

function verifyUrl(url: string, origin: Origin | undefined): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) {
    return `${url.replace(/\/+$/, '').replace(/\/v1$/, '')}/_tokadence/verify`
  }
  const allowed = 'write an http or https URL such as http://127.0.0.1:4010'
  throw new OptionError('url', url, allowed, { origin })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
