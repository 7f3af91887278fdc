/** The few PromQL shapes that the boards are made of, so that each is written, and right, once. */

/** Grafana's window for rates: at least four scrapes wide. */
const window = '$__rate_interval'

/** Per second, summed over the series of `selector` that share `by`. */
export function rate(metric: string, selector: string, by: readonly string[] = []): string {
  return `${sumBy(by)} (rate(${metric}{${selector}}[${window}]))`
}

/** What share of `whole` is `part`: 0 when there is traffic without the part, NaN without traffic. */
export function share(part: string, whole: string): string {
  return `(${part} or vector(0)) / ${whole}`
}

/** The q-quantile of a classic histogram, as it moves. */
export function quantile(
  q: number,
  histogram: string,
  selector: string,
  by: readonly string[] = [],
): string {
  return `histogram_quantile(${q}, ${rate(`${histogram}_bucket`, selector, ['le', ...by])})`
}

/** The mean of a histogram, as it moves. */
export function mean(histogram: string, selector: string, by: readonly string[] = []): string {
  return `${rate(`${histogram}_sum`, selector, by)} / ${rate(`${histogram}_count`, selector, by)}`
}

/**
 * The total of a counter per `by` at the end of what the time range shows. A run is one process that
 * counts from zero, so its greatest value is its total: exact, where `increase` would lose what came
 * before the first scrape, and still there when the run has ended.
 */
export function total(metric: string, selector: string, by: readonly string[] = []): string {
  return `${sumBy(by)} (max_over_time(${metric}{${selector}}[$__range]))`
}

/** The q-quantile over whole runs; see `total`. */
export function totalQuantile(
  q: number,
  histogram: string,
  selector: string,
  by: readonly string[] = [],
): string {
  return `histogram_quantile(${q}, ${total(`${histogram}_bucket`, selector, ['le', ...by])})`
}

/**
 * The share of observations at or under an edge of the histogram. Prometheus 3 stores `le="1"` as
 * `le="1.0"`, and 2.x does not: the matcher takes both.
 */
export function within(edge: string, histogram: string, selector: string): string {
  const under = `${selector}, le=~"${edge}(\\\\.0)?"`
  return `${rate(`${histogram}_bucket`, under)} / ${rate(`${histogram}_count`, selector)}`
}

function sumBy(by: readonly string[]): string {
  return by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`
}
