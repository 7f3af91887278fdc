/** What a good dashboard keeps, checked on the committed JSON. */
import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { describe, expect, test } from 'vitest'
import { durationEdgesSeconds, gapEdgesSeconds, ttftEdgesSeconds } from '../../../base/buckets.ts'
import { tpotTargetsSeconds, ttftTargetsSeconds } from '../../../grafana/src/bench-board.ts'
import { committedDashboards, panelsOf, rowsOf, targetsOf } from './committed.ts'

const dashboards = committedDashboards()
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in, not JavaScript.
const anyDatasource = { type: 'prometheus', uid: '${datasource}' }

test('there are two boards, mock and bench', () => {
  expect(dashboards.map(({ uid }) => uid)).toEqual(['tokadence-bench', 'tokadence-mock'])
})

describe.each(dashboards.map(dashboard => [dashboard.title!, dashboard] as const))(
  '%s',
  (_, dashboard) => {
    const panels = panelsOf(dashboard)
    const all = [...rowsOf(dashboard), ...panels]

    test('says its schema, is tagged, refreshes with the scrapes and is not edited in the browser', () => {
      expect(dashboard).toMatchObject({
        schemaVersion: 42,
        editable: false,
        refresh: '5s',
        tags: ['tokadence'],
        time: { to: 'now' },
      })
      expect(dashboard).not.toHaveProperty('__inputs')
      expect(dashboard).not.toHaveProperty('id')
    })

    test('every panel has its own id', () => {
      const ids = all.map(({ id }) => id)
      expect(ids.every(Number.isInteger)).toBe(true)
      expect(new Set(ids).size).toBe(all.length)
    })

    test('every panel has its own title within its row', () => {
      const titles = panels.map(({ title }) => title)
      expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([])
    })

    test.each(panels.map(panel => [panel.title ?? `panel ${panel.id}`, panel] as const))(
      '%s: title, question, metric, unit, data source, refIds',
      (title, panel) => {
        expect(title).toMatch(/\S/)
        expect(panel.description).toMatch(/\?.* Metric: tokadence_[a-z_, ]+\.$/)
        expect(panel.fieldConfig?.defaults.unit).toMatch(/\S/)
        expect(panel.datasource).toEqual(anyDatasource)
        const targets = targetsOf(panel)
        const letters = [...'ABCDEFGHIJ'].slice(0, targets.length)
        expect(targets.length).toBeGreaterThan(0)
        expect(targets.map(({ refId }) => refId)).toEqual(letters)
        for (const { datasource, expr } of targets) {
          expect(datasource).toEqual(anyDatasource)
          for (const metric of expr.match(/tokadence_[a-z_]+/g) ?? []) {
            expect(panel.description).toContain(metric.replace(/_(bucket|sum|count)$/, ''))
          }
        }
      },
    )

    test('a heatmap reads buckets as a heatmap, and a table reads tables', () => {
      for (const panel of panels) {
        const formats = targetsOf(panel).map(({ format }) => format)
        const wanted = { heatmap: 'heatmap', table: 'table' }[panel.type]
        expect(formats.every(format => format === wanted)).toBe(true)
      }
    })

    test('panels stand within 24 columns and none covers another', () => {
      const places = all.map(({ gridPos }) => gridPos!)
      for (const { x, w } of places) {
        expect(x).toBeGreaterThanOrEqual(0)
        expect(x + w).toBeLessThanOrEqual(24)
      }
      const pairs = places.flatMap((a, i) => places.slice(i + 1).map(b => [a, b] as const))
      expect(pairs.filter(([a, b]) => overlap(a, b))).toEqual([])
    })

    test('no shelf is left ragged: every row of panels is 24 wide', () => {
      const widths = new Map<number, number>()
      for (const { gridPos } of all) {
        widths.set(gridPos!.y, (widths.get(gridPos!.y) ?? 0) + gridPos!.w)
      }
      expect([...widths.values()].filter(width => width !== 24)).toEqual([])
    })

    test('the data source is a choice, and no other is named', () => {
      const [first] = dashboard.templating.list!
      expect(first).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
      const named = [...JSON.stringify(dashboard).matchAll(/"uid":"([^"]*)"/g)].map(
        ([, uid]) => uid,
      )
      expect([...new Set(named)].sort()).toEqual([anyDatasource.uid, dashboard.uid].sort())
    })

    test('choices are asked anew when the range moves, and begin with all', () => {
      for (const variable of dashboard.templating.list!.filter(({ type }) => type === 'query')) {
        expect(variable).toMatchObject({
          datasource: anyDatasource,
          refresh: 2,
          multi: true,
          includeAll: true,
          allValue: '.+',
          current: { text: ['All'], value: ['$__all'] },
        })
      }
    })

    test('the steady phase is marked, in both ways that Grafana reads', () => {
      const [annotation] = dashboard.annotations.list!
      expect(annotation).toMatchObject({ enable: true, datasource: anyDatasource })
      expect(annotation!.expr).toMatch(/tokadence_bench_phase\{phase="steady".*\) == 1$/)
      expect(annotation!.target).toMatchObject({ expr: annotation!.expr, refId: 'Anno' })
    })
  },
)

test.each([
  ['TTFT', ttftTargetsSeconds, ttftEdgesSeconds],
  ['TPOT', tpotTargetsSeconds, gapEdgesSeconds],
])(
  'every %s target is an edge of the histogram, so that the share under it is exact',
  (_, targets, edges) => {
    expect(targets.filter(target => !edges.includes(target))).toEqual([])
  },
)

test('edges are written alike in JavaScript and in a matcher: no exponents', () => {
  for (const edge of [...durationEdgesSeconds, ...gapEdgesSeconds]) {
    expect(String(edge)).toMatch(/^\d+(\.\d+)?$/)
  }
})

function overlap(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
