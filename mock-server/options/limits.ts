/** How much a caller may ask for. */
import { integer } from '../../base/option-table.ts'

export const limitOptions = {
  rpm: integer(1, 1_000_000_000, { help: 'Requests a minute, for each API key and model.' }),
  tpm: integer(1, 1_000_000_000_000, {
    help: 'Tokens a minute, for each API key and model: input and max_tokens are reserved.',
  }),
  maxConcurrent: integer(1, 1_000_000, {
    help: 'Requests in flight at once, for each API key and model.',
  }),
}
