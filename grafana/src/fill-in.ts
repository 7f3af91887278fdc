/** What Grafana does to a query before it is sent: macros and variables replaced by values. */
import type { Dashboard, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'

/** Durations as PromQL writes them. */
export interface Macros {
  readonly rateInterval: string
  readonly interval: string
  readonly range: string
}

/** `expr` as the dashboard sends it with every variable at its initial value. Throws if a `$` is left. */
export function fillIn(expr: string, dashboard: Dashboard, macros: Macros): string {
  const values = new Map<string, string>([
    ['__rate_interval', macros.rateInterval],
    ['__interval', macros.interval],
    ['__range', macros.range],
    ...(dashboard.templating.list ?? []).map(one => [one.name, initialValue(one)] as const),
  ])
  return expr.replace(/\$(?:\{(\w+)\}|(\w+))/g, (written, braced?: string, bare?: string) => {
    const value = values.get(braced ?? bare ?? '')
    if (value === undefined)
      throw new Error(`The query ${expr} uses ${written}, which nothing defines.`)
    return value
  })
}

function initialValue({ allValue, current }: VariableModel): string {
  const value = current?.value
  const first = Array.isArray(value) ? value[0] : value
  return first === '$__all' ? (allValue ?? '.*') : (first ?? '')
}
