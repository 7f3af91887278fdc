/** Quantiles of Student's t distribution: how much wider an interval is that rests on few blocks. */
import { normalQuantile } from '../../base/normal-quantile.ts'

/**
 * Right to 0.5 % from 5 degrees of freedom on. Source: Abramowitz and Stegun, "Handbook of
 * Mathematical Functions", 26.7.5 (Cornish and Fisher's expansion).
 */
export function studentQuantile(share: number, freedom: number): number {
  const z = normalQuantile(share)
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ]
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), z)
}
