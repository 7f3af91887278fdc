/**
 * Lengths and gaps of real traffic, by the quantiles of published traces.
 *
 * Azure 2023: "AzureLLMInferenceTrace", Microsoft, CC-BY (8,819 requests of a coding service and 19,366 of a
 * conversation service, each within an hour). Mooncake: the traces of "Mooncake: Trading More Storage for Less
 * Computation" (FAST 2025), 12,031 requests of the conversation trace and 3,993 of the synthetic one. The quantiles
 * are computed from the raw files; the least that there can be stands for the minimum, which is not told.
 */

/** Percentiles and their values, and the measured mean. */
export interface TraceTable {
  readonly unit: 'count'
  readonly knots: Readonly<Record<string, number>>
  readonly mean: number
}

/** Gaps between arrivals: a gamma distribution's mean and shape, as they were fitted. */
export interface TraceGaps {
  readonly unit: 'ms'
  readonly meanMs: number
  readonly shape: number
}

function nine(mean: number, ...values: readonly number[]): TraceTable {
  const names = ['p0', 'p10', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99', 'p100']
  const knots = Object.fromEntries(names.map((name, i) => [name, i === 0 ? 1 : values[i - 1]!]))
  return { unit: 'count', knots, mean }
}

/** The maximum is not told either. */
function four(mean: number, p50: number, p90: number, p99: number): TraceTable {
  return { unit: 'count', knots: { p0: 1, p50, p90, p99 }, mean }
}

function gaps(requestsPerSecond: number, shape: number): TraceGaps {
  return { unit: 'ms', meanMs: 1000 / requestsPerSecond, shape }
}

/** `NAME` are output tokens, `NAME-prompt` input tokens, `NAME-gaps` times between two requests. */
export const traceTables: Readonly<Record<string, TraceTable | TraceGaps>> = {
  'azure-code': nine(27.9, 7, 9, 13, 24, 55, 90, 251, 1899),
  'azure-code-prompt': nine(2048, 147, 578, 1469, 2744, 5188, 7303, 7436, 7437),
  'azure-code-gaps': gaps(2.57, 0.231),
  'azure-conv': nine(211, 54, 85, 129, 395, 424, 451, 601, 1000),
  'azure-conv-prompt': nine(1155, 207, 396, 1020, 1189, 2734, 4083, 4142, 14_050),
  'azure-conv-gaps': gaps(5.53, 0.871),
  'mooncake-conv': nine(343, 24, 156, 350, 472, 597, 698, 1119, 2000),
  'mooncake-conv-prompt': nine(12_035, 964, 2306, 6909, 15_367, 27_367, 39_550, 85_400, 126_195),
  'mooncake-synthetic': four(149, 69, 389, 768),
  'mooncake-synthetic-prompt': four(15_325, 11_587, 38_611, 66_456),
  'mooncake-synthetic-gaps': gaps(3.91, 1.02),
}

/** The names whose values are of a unit. */
export function traceNames(unit: 'ms' | 'count'): string[] {
  return Object.keys(traceTables).filter(name => traceTables[name]!.unit === unit)
}
