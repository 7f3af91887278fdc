/**
 * The universal scalability law (Gunther, "Guerrilla Capacity Planning", 2007):
 * X(N) = λN / (1 + σ(N−1) + κN(N−1)); λ is the throughput of one, σ what waits in line, κ what they cost one another.
 *
 * N / X is linear in 1/λ, σ/λ and κ/λ, so the fit is linear least squares, weighted by (X / N)², which makes it that of
 * relative errors; what comes out negative is 0, and the others are fitted without it.
 */

export interface UslFit {
  /** Requests a second of one in flight. */
  readonly lambda: number
  readonly sigma: number
  readonly kappa: number
  /** Where throughput is highest; null: it only levels off. */
  readonly peakConcurrency: number | null
  /** Root mean square of the relative errors. */
  readonly relativeError: number
}

interface Point {
  readonly concurrency: number
  /** Requests a second. */
  readonly throughput: number
}

/** Undefined below three points with throughput. */
export function fitUsl(points: readonly Point[]): UslFit | undefined {
  const used = points.filter(({ throughput }) => throughput > 0)
  if (used.length < 3) return undefined
  const fits = masks.flatMap(mask => fitWith(used, mask) ?? [])
  return fits.sort((a, b) => a.relativeError - b.relativeError)[0]
}

export function uslAt(
  { lambda, sigma, kappa }: Pick<UslFit, 'lambda' | 'sigma' | 'kappa'>,
  n: number,
): number {
  return (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1))
}

/** Which of the three terms are in. */
const masks = [[0, 1, 2], [0, 1], [0, 2], [0]] as const

function fitWith(points: readonly Point[], mask: readonly number[]): UslFit | undefined {
  // Rows of N/X = a·1 + b·(N−1) + c·N(N−1), each times X/N: so the right side is 1.
  const rows = points.map(({ concurrency: n, throughput }) => {
    const weight = throughput / n
    const terms = [1, n - 1, n * (n - 1)]
    return mask.map(i => terms[i]! * weight)
  })
  const solved = solve(
    mask.map((_, i) => mask.map((_, j) => sum(rows.map(row => row[i]! * row[j]!)))),
    mask.map((_, i) => sum(rows.map(row => row[i]!))),
  )
  const part = (term: number) => solved?.[mask.indexOf(term)] ?? 0
  const [a, b, c] = [part(0), part(1), part(2)]
  if (!solved || !(a > 0) || b < 0 || c < 0) return undefined
  const fit = { lambda: 1 / a, sigma: b / a, kappa: c / a }
  const errors = points.map(
    ({ concurrency, throughput }) => (uslAt(fit, concurrency) / throughput - 1) ** 2,
  )
  return {
    ...fit,
    peakConcurrency: fit.kappa > 0 ? Math.sqrt(Math.max(0, 1 - fit.sigma) / fit.kappa) : null,
    relativeError: Math.sqrt(sum(errors) / errors.length),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Gauss–Jordan with pivots; undefined for a singular matrix. */
function solve(matrix: number[][], right: readonly number[]): readonly number[] | undefined {
  const size = right.length
  const rows = matrix.map((row, i) => [...row, right[i]!])
  for (let column = 0; column < size; column++) {
    const rest = rows.slice(column)
    const pivot = rest.reduce((best, row) =>
      Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best,
    )
    if (Math.abs(pivot[column]!) < 1e-12) return undefined
    rows.splice(rows.indexOf(pivot), 1)
    rows.splice(column, 0, pivot)
    for (const row of rows) {
      if (row === pivot) continue
      const factor = row[column]! / pivot[column]!
      for (let i = column; i <= size; i++) row[i]! -= factor * pivot[i]!
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!)
}
