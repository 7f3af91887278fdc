/**
 * Answers that broke off after they had begun, and were tried again: all of them are paid for, and where the
 * next attempt goes on from them, all of them are the answer.
 */

import type { Choice, Reply } from './reply.ts'
import type { ChatRequest } from './request.ts'
import type { Usage } from './usage.ts'

/** Only one text can be gone on with: no calls, no refusal, no second choice. */
export function canContinue({ choices }: Reply): boolean {
  const [only] = choices
  return choices.length === 1 && !only?.refusal && only?.toolCalls.length === 0
}

/** The same request with what was said so far as the assistant's last words, and as many tokens fewer to say. */
export function continuing(request: ChatRequest, broken: readonly Reply[]): ChatRequest {
  if (broken.length === 0) return request
  const content = broken.map(({ choices }) => choices[0]?.text ?? '').join('')
  const saidTokens = broken.reduce((sum, { outputTokens }) => sum + outputTokens, 0)
  const { messages, maxTokens, headers } = request
  const key = headers?.['idempotency-key']
  return {
    ...request,
    // It asks for something else now: under the old key a provider would refuse it.
    ...(key === undefined
      ? {}
      : { headers: { ...headers, 'idempotency-key': `${key}-${broken.length}` } }),
    messages: content === '' ? messages : [...messages, { role: 'assistant', content }],
    ...(maxTokens === undefined ? {} : { maxTokens: Math.max(1, maxTokens - saidTokens) }),
  }
}

/** The choices of a reply that went on from others: their texts in one. */
export function joined(broken: readonly Reply[], { choices }: Reply): readonly Choice[] {
  const parts = [...broken.map(({ choices }) => choices[0]), choices[0]]
  const all = (of: 'text' | 'reasoning') => parts.map(part => part?.[of] ?? '').join('')
  const { refusal = '', toolCalls = [], finishReason } = choices[0] ?? {}
  return [{ text: all('text'), reasoning: all('reasoning'), refusal, toolCalls, finishReason }]
}

/** Both together; the API's word only if each is. */
export function addUsage(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
  if (!a || !b) return a ?? b
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    source: a.source === 'api' ? b.source : 'estimate',
  }
}
