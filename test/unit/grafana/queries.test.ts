/** Every query of the boards and the rules is PromQL, scoped, and of metrics that the code defines. */
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createBenchMetrics } from '../../../bench/metrics.ts'
import { fillIn } from '../../../grafana/src/fill-in.ts'
import { createServerMetrics } from '../../../mock-server/metrics.ts'
import { annotationsOf, committedDashboards, queriesOf, variableQueriesOf } from './committed.ts'
import { metricOfSeries, parsePromql } from './promql-syntax.ts'

const root = new URL('../../../', import.meta.url)
const dashboards = committedDashboards()
const macros = { rateInterval: '20s', interval: '5s', range: '900s' }

const queries = dashboards.flatMap(dashboard =>
  [...queriesOf(dashboard), ...annotationsOf(dashboard), ...variableQueriesOf(dashboard)].map(
    query => ({ ...query, filled: fillIn(query.expr, dashboard, macros) }),
  ),
)
const rules = readRules()

/** Every metric that the code defines. */
const mockMetrics = createServerMetrics(() => 0)
const benchMetrics = createBenchMetrics({
  runId: 'r1',
  model: 'm',
  connections: 1,
  thresholds: [],
  inFlight: () => 0,
  health: () => ({
    eventLoopLagMs: { p50: null, p99: null, max: null },
    arrivalLagMs: { p50: null, p99: null },
    cpuRatio: 0,
    busyRatio: null,
    starvedRatio: null,
  }),
})
afterAll(() => mockMetrics.close())
const defined = new Set(
  [mockMetrics, benchMetrics].flatMap(({ instruments }) =>
    instruments.definitions.map(({ name }) => name),
  ),
)

test.each(queries.map(({ where, filled }) => [where, filled]))('%s is PromQL', (_, filled) => {
  const { errors, selectors } = parsePromql(filled)
  expect(errors).toEqual([])
  expect(selectors.length).toBeGreaterThan(0)
})

test.each([
  ['an open bracket', 'sum(rate(x[)'],
  ['a missing operand', 'a / '],
  ['a missing parenthesis', 'sum(rate(x[5s])'],
  ['two metrics in a row', 'a b'],
])('the check sees %s', (_, broken) => {
  expect(parsePromql(broken).errors).not.toEqual([])
})

test('a query with a macro that nothing defines is refused', () => {
  expect(() => fillIn('rate(x[$__rate_intervall])', dashboards[0]!, macros)).toThrow(
    '$__rate_intervall, which nothing defines',
  )
})

test('every panel’s query is scoped by the choices at the top', () => {
  const scopes: Record<string, readonly string[]> = {
    tokadence_mock_: ['job', 'instance'],
    tokadence_bench_: ['job', 'run_id'],
  }
  for (const dashboard of dashboards) {
    for (const { where, expr } of queriesOf(dashboard)) {
      for (const { metric, labels } of parsePromql(fillIn(expr, dashboard, macros)).selectors) {
        const [, scope] = Object.entries(scopes).find(([prefix]) => metric.startsWith(prefix))!
        expect(labels.slice(0, 2), where).toEqual(scope)
      }
    }
  }
})

test('every window of a panel is Grafana’s own, as wide as the reader’s zoom wants it', () => {
  for (const { where, expr } of dashboards.flatMap(queriesOf)) {
    const windows = [...expr.matchAll(/\[([^\]]+)\]/g)].map(([, window]) => window)
    const isWhole = /max_over_time/.test(expr)
    expect(new Set(windows).size, where).toBeLessThanOrEqual(1)
    for (const window of windows) expect(window).toBe(isWhole ? '$__range' : '$__rate_interval')
  }
})

describe('metrics', () => {
  test('the code defines some of each', () => {
    expect([...defined].some(name => name.startsWith('tokadence_mock_'))).toBe(true)
    expect([...defined].some(name => name.startsWith('tokadence_bench_'))).toBe(true)
  })

  test('every metric asked for by a board or a rule is defined in the code', () => {
    const asked = [...queries.map(({ filled }) => filled), ...rules.map(({ expr }) => expr)]
      .flatMap(text => parsePromql(text).selectors)
      .map(({ metric }) => metricOfSeries(metric))
      .filter(metric => metric !== 'up' && !metric.includes(':'))
    expect([...new Set(asked)].filter(metric => !defined.has(metric))).toEqual([])
  })

  test('every metric that the code defines is shown on a board', () => {
    const shown = new Set(
      dashboards
        .flatMap(queriesOf)
        .flatMap(({ expr }) => expr.match(/tokadence_[a-z_]+/g) ?? [])
        .map(metricOfSeries),
    )
    expect([...defined].filter(metric => !shown.has(metric))).toEqual([])
  })
})

describe('rules', () => {
  test.each(rules.map(({ name, expr }) => [name, expr]))('%s is PromQL', (_, expr) => {
    expect(parsePromql(expr).errors).toEqual([])
  })

  test('every rule has a test of its own', () => {
    const tested = readFileSync(new URL('grafana/prometheus/rules.test.yml', root), 'utf8')
    expect(rules.map(({ name }) => name).filter(name => !tested.includes(name))).toEqual([])
  })

  test('a recorded series that another rule reads is recorded', () => {
    const recorded = rules.map(({ name }) => name)
    const read = rules
      .flatMap(({ expr }) => parsePromql(expr).selectors)
      .map(({ metric }) => metric)
      .filter(metric => metric.includes(':'))
    expect(read.length).toBeGreaterThan(0)
    expect(read.filter(metric => !recorded.includes(metric))).toEqual([])
  })
})

function readRules(): readonly { name: string; expr: string }[] {
  const text = readFileSync(new URL('grafana/prometheus/rules/tokadence.yml', root), 'utf8')
  const { groups } = parse(text) as {
    groups: { rules: { record?: string; alert?: string; expr: string }[] }[]
  }
  return groups
    .flatMap(({ rules }) => rules)
    .map(({ record, alert, expr }) => ({ name: record ?? alert ?? '', expr }))
}
