/** The committed dashboards, flattened into what the tests ask about. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'

const folder = new URL('../../../grafana/dashboards/', import.meta.url)

export interface Query {
  /** Board, panel and refId, for messages. */
  readonly where: string
  readonly expr: string
  readonly instant: boolean
}

export function committedDashboards(): readonly Dashboard[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Dashboard)
}

export function panelsOf({ panels = [] }: Dashboard): readonly Panel[] {
  return panels.filter((panel): panel is Panel => panel.type !== 'row')
}

export function rowsOf({ panels = [] }: Dashboard): readonly RowPanel[] {
  return panels.filter((panel): panel is RowPanel => panel.type === 'row')
}

export function targetsOf(panel: Panel): readonly Dataquery[] {
  // All of ours are Prometheus queries; the SDK's type of a panel leaves the kind open.
  return (panel.targets ?? []) as Dataquery[]
}

/** Every query of the panels. */
export function queriesOf(dashboard: Dashboard): readonly Query[] {
  return panelsOf(dashboard).flatMap(panel =>
    targetsOf(panel).map(({ refId, expr, instant }) => ({
      where: `${dashboard.title}, ${panel.title}, ${refId}`,
      expr,
      instant: instant === true,
    })),
  )
}

/** The queries behind the annotations. */
export function annotationsOf({ title, annotations }: Dashboard): readonly Query[] {
  return (annotations.list ?? []).map(({ name, expr }) => ({
    where: `${title}, annotation ${name}`,
    expr: expr ?? '',
    instant: false,
  }))
}

/** What stands behind the choices at the top, `label_values(selector, label)`, as queries. */
export function variableQueriesOf({ title, templating }: Dashboard): readonly Query[] {
  return (templating.list ?? [])
    .filter(({ type }) => type === 'query')
    .map(({ name, definition = '' }) => {
      const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? []
      if (!selector || !label) throw new Error(`${title}: "${definition}" is not label_values(…).`)
      return {
        where: `${title}, variable ${name}`,
        expr: `count by (${label}) (${selector})`,
        // Grafana asks over the whole range, so that a run which has ended is found.
        instant: false,
      }
    })
}
