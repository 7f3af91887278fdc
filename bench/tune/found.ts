/** What a search came to: the record that every reporter prints and that `--json` writes. */
import type { FoundCap } from './cap-found.ts'
import type { FoundRate } from './rate-found.ts'

export type Found = FoundCap | FoundRate
