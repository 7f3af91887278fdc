/** The tokens that a batch took, summed over its answers, whatever endpoint gave them. */
import { isObject } from './checks.ts'

export interface BatchUsage {
  readonly input_tokens: number
  readonly input_tokens_details: { readonly cached_tokens: number }
  readonly output_tokens: number
  readonly output_tokens_details: { readonly reasoning_tokens: number }
  readonly total_tokens: number
}

export const noBatchUsage: BatchUsage = {
  input_tokens: 0,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 0,
}

/** `body`: an answer, whose `usage` names prompt and completion or input and output; it may have none. */
export function addUsage(sum: BatchUsage, body: unknown): BatchUsage {
  const usage = isObject(body) && isObject(body.usage) ? body.usage : undefined
  if (!usage) return sum
  const input = count(usage.input_tokens ?? usage.prompt_tokens)
  const output = count(usage.output_tokens ?? usage.completion_tokens)
  const inputDetails = usage.input_tokens_details ?? usage.prompt_tokens_details
  const outputDetails = usage.output_tokens_details ?? usage.completion_tokens_details
  const cached = isObject(inputDetails) ? count(inputDetails.cached_tokens) : 0
  const reasoning = isObject(outputDetails) ? count(outputDetails.reasoning_tokens) : 0
  return {
    input_tokens: sum.input_tokens + input,
    input_tokens_details: { cached_tokens: sum.input_tokens_details.cached_tokens + cached },
    output_tokens: sum.output_tokens + output,
    output_tokens_details: {
      reasoning_tokens: sum.output_tokens_details.reasoning_tokens + reasoning,
    },
    total_tokens: sum.total_tokens + input + output,
  }
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
