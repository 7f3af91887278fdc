/** Azure OpenAI with its asynchronous filter: text goes out unchecked, what was found comes after it. */
import { azure, PASSED } from './azure.ts'
import type { Dialect } from './dialect.ts'
import { alphabetical } from './key-order.ts'

export const azureAsync: Dialect = {
  ...azure,
  chat: {
    ...azure.chat,
    chunk(chunk, place, told) {
      const { choices, ...around } = azure.chat!.chunk!(chunk, place, told)
      const unchecked = chunk.choices.map(choice => ({ ...choice, content_filter_results: {} }))
      return alphabetical({ ...around, choices: unchecked })
    },
    /** It has no delta, and no id. */
    after: ({ contentLength: end }) => [
      alphabetical({
        choices: [
          {
            content_filter_offsets: { check_offset: end, start_offset: 0, end_offset: end },
            content_filter_results: PASSED,
            finish_reason: null,
            index: 0,
          },
        ],
        created: 0,
        id: '',
        model: '',
        object: '',
      }),
    ],
  },
}
