/** A request of the work as the reference client sends it; only chat completions go through it. */
import { OptionError } from '../../base/option-error.ts'
import type { ChatRequest, Message } from '../../client/index.ts'
import type { Request } from '../work/request.ts'
import type { Work } from '../work/work.ts'

export const chatPath = '/chat/completions'

interface Body {
  readonly model: string
  readonly messages: readonly Message[]
  readonly stream?: boolean
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
}

/** Throws OptionError where the work asks for anything but chat completions. */
export function checkEndpoints({ scenarios }: Pick<Work, 'scenarios'>): void {
  const other = scenarios.find(({ endpoint }) => endpoint !== 'chat')
  if (!other) return
  const where = other.name === undefined ? '' : ` in the scenario ${other.name}`
  const allowed = `the reference client sends chat completions only, and ${other.endpoint} is asked for${where}`
  throw new OptionError('endpoint', other.endpoint, allowed)
}

/**
 * The wire is what the body says, field by field; `query` is that of all addresses of the run. Undefined: it is no
 * chat completion, for a script may ask for any path.
 */
export function clientRequest(
  { path, headers, body }: Request,
  query = '',
): ChatRequest | undefined {
  if (path !== chatPath + query) return undefined
  const { model, messages, stream = false, ...extra }: Body = JSON.parse(body)
  const maxTokens = extra.max_completion_tokens ?? extra.max_tokens
  return {
    model,
    messages,
    stream,
    headers,
    // For the client's own reckoning; how it is written stays as it was.
    maxTokens,
    extra: { max_completion_tokens: undefined, ...extra },
  }
}
