/** An Ask with everything that a test does not care about filled in. */
import type { Ask, Turn } from '../../protocol/ask.ts'

export function askOf(prompt: string | readonly Turn[], more: Partial<Ask> = {}): Ask {
  return {
    model: 'gpt-4o-mini',
    turns: typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt,
    tools: [],
    toolChoice: 'auto',
    parallelCalls: true,
    format: { kind: 'text' },
    choices: 1,
    maxTokens: undefined,
    stop: [],
    seed: undefined,
    topLogprobs: undefined,
    effort: undefined,
    ...more,
  }
}
