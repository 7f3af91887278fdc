/** The Open Responses specification, as servers of open models speak it: `[DONE]`, and reasoning in full. */
import type { Dialect } from './dialect.ts'

export const openResponses: Dialect = {
  responses: { done: true, reasoningText: 'reasoning' },
}
