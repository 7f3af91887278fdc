/**
 * A quantity that varies: what it is drawn from, written as text.
 *
 *   200ms                              always 200 ms
 *   uniform(100ms,300ms)               between the two
 *   normal(mean=200ms,sd=30ms)         cut at 0
 *   lognormal(p50=350ms,p95=900ms)     or (mean=…,cv=…)
 *   gamma(mean=20ms,cv=0.5)            by mean and coefficient of variation
 *   exponential(mean=20ms)             or by one quantile
 *   weibull(mean=20ms,shape=0.7)
 *   pareto(min=10ms,p99=2s,max=30s)    a heavy tail; or alpha for the quantile; max is where it is cut
 *   quantiles(p0=9ms,p50=20ms,p100=2s) by a table of what was measured, straight lines in between
 *   azure-conv                         by the quantiles of a published trace
 *
 * All but the first, exponential and the tables may also be given by any two quantiles: gamma(p50=18ms,p99=90ms).
 * Values are durations in ms, or plain numbers (token counts): `unit` says which.
 */
import {
  constantOf,
  type Distribution,
  families,
  gammaOf,
  knotsOf,
  ratios,
  tableOf,
} from './distribution-families.ts'
import { parseDuration } from './duration.ts'
import { quantileTable } from './quantile-table.ts'
import { traceNames, traceTables } from './trace-tables.ts'

export type { Distribution } from './distribution-families.ts'

type Unit = 'ms' | 'count'

const FAMILIES =
  'uniform(a,b), normal(mean=…,sd=…), lognormal(p50=…,p95=…), gamma(mean=…,cv=…), exponential(mean=…), ' +
  'weibull(mean=…,shape=…), pareto(min=…,p99=…) or quantiles(p0=…,p50=…,p100=…)'

/** What may be written, as the end of a sentence. */
export function distributionSyntax(unit: Unit): string {
  const constant = unit === 'ms' ? '200ms' : '64'
  return `write a constant (${constant}), or ${FAMILIES}; or the name of a trace: ${traceNames(unit).join(', ')}`
}

/** Reads `value`; returns undefined when it is no distribution or its parameters make no sense. */
export function parseDistribution(value: string | number, unit: Unit): Distribution | undefined {
  const text = String(value).trim()
  const call = /^([a-z]+)\((.*)\)$/s.exec(text)
  if (!call) {
    if (Object.hasOwn(traceTables, text)) return ofTrace(text, unit)
    const constant = parseQuantity(text, unit)
    return constant === undefined ? undefined : constantOf(text, constant)
  }
  const parameters = parseParameters(call[2] as string, unit)
  const family = call[1] as string
  if (!parameters || !Object.hasOwn(families, family)) return undefined
  return families[family]!(text, parameters)
}

/** `a=1,b=2` by name, `1,2` by position (`$0`, `$1`); undefined when a value is unreadable. */
function parseParameters(list: string, unit: Unit): Record<string, number> | undefined {
  const parameters: Record<string, number> = {}
  for (const [index, item] of list.split(',').entries()) {
    const equals = item.indexOf('=')
    const name = equals < 0 ? `$${index}` : item.slice(0, equals).trim()
    const value = parseQuantity(
      item.slice(equals + 1).trim(),
      ratios.includes(name) ? 'count' : unit,
    )
    if (value === undefined || name in parameters) return undefined
    parameters[name] = value
  }
  return parameters
}

function parseQuantity(text: string, unit: Unit): number | undefined {
  if (unit === 'ms') return parseDuration(text)
  return /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined
}

function ofTrace(name: string, unit: Unit): Distribution | undefined {
  const trace = traceTables[name]!
  if (trace.unit !== unit) return undefined
  if (trace.unit === 'ms') return gammaOf(name, trace.shape, trace.meanMs / trace.shape)
  return tableOf(name, quantileTable(knotsOf(trace.knots)!, trace.mean)!)
}
