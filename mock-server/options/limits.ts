/** How much a caller may ask for, and how it is told. */
import { choice, duration, flag, integer } from '../../base/option-table.ts'
import { limitHeaderModes, retryAfterStyles } from '../../protocol/rate-limit-headers.ts'
import { limitScopes } from '../engine/limits/rules.ts'

const MAX_REQUESTS = 1_000_000_000
const MAX_TOKENS = 1_000_000_000_000

export const limitOptions = {
  rpm: integer(1, MAX_REQUESTS, { help: 'Requests a minute, for each API key and model.' }),
  tpm: integer(1, MAX_TOKENS, {
    help: 'Tokens a minute, for each API key and model: input and max_tokens are reserved, what is not needed is given back.',
  }),
  inputTpm: integer(1, MAX_TOKENS, {
    help: 'Input tokens a minute, for each API key and model.',
  }),
  rpd: integer(1, MAX_REQUESTS, { help: 'Requests a day, for each API key and model.' }),
  tpd: integer(1, MAX_TOKENS, { help: 'Tokens a day, for each API key and model.' }),
  projectTpm: integer(1, MAX_TOKENS, {
    help: 'Tokens a minute of a project, all its keys and models together: that of the OpenAI-Project header.',
  }),
  maxConcurrent: integer(1, 1_000_000, {
    help: 'Requests in flight at once, for each API key and model.',
  }),
  quota: integer(1, MAX_TOKENS, {
    help: 'Tokens that each API key and model may use in all; then it is out of money: insufficient_quota.',
  }),
  limitScope: choice(limitScopes, {
    help: 'Who shares one limit: requests of the same key and model, key, or model, or all of the server.',
    fallback: 'key-and-model',
  }),
  limitQuantum: duration({
    help: 'How finely a limit of a minute is enforced: with 1s, 60 requests a minute are one each second.',
    fallback: '1m',
  }),
  countRefused: flag({
    help: 'Counts refused requests toward the requests a minute: who tries again without waiting is never let in.',
  }),
  limitHeaders: choice(limitHeaderModes, {
    help: 'What x-ratelimit-* headers say: the truth, nothing, -1, 0, or no numbers.',
    fallback: 'live',
  }),
  retryAfter: choice(retryAfterStyles, {
    help: 'How a refusal tells the wait: in retry-after and retry-after-ms, in one of them, as a date, three days too long, not at all, or as no number.',
    fallback: 'both',
  }),
}
