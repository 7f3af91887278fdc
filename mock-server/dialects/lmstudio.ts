/** LM Studio's Responses: as open-responses, but a function's arguments are told only when they are complete. */
import type { Dialect } from './dialect.ts'

export const lmstudio: Dialect = {
  responses: { done: true, reasoningText: 'reasoning_text', callDeltas: false },
}
