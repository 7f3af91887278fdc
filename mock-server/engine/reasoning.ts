/** How long a model thinks before it speaks. */
import type { Distribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import type { Ask, Effort } from '../../protocol/ask.ts'
import { thinks } from '../../protocol/capabilities.ts'

/** Times what medium effort takes. */
const FACTORS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 0,
  low: 0.5,
  medium: 1,
  high: 2,
  xhigh: 4,
}

/** Reasoning tokens of one reply: none of a model that does not reason, unless effort was asked for. */
export function reasoningTokensFor(
  { model, effort }: Pick<Ask, 'model' | 'effort'>,
  mediumTokens: Distribution,
  random: Random,
): number {
  if (effort === undefined && !thinks(model)) return 0
  const factor = FACTORS[effort ?? 'medium']
  if (factor === 0) return 0
  return Math.max(1, Math.round(mediumTokens.sample(random.fork('reasoning length')) * factor))
}
