/** What a board is, before Grafana: rows of panels, each with the question that it answers. */

export interface Board {
  /** File name under dashboards/, and the end of the dashboard's uid. */
  readonly name: string
  readonly title: string
  readonly description: string
  /** Shown range when it is opened, e.g. `now-15m`. */
  readonly from: string
  readonly variables: readonly Variable[]
  /** Only runs that this selector takes are marked as phases. */
  readonly phaseSelector: string
  readonly rows: readonly Row[]
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Panel {
  readonly kind: 'stat' | 'lines' | 'stack' | 'heatmap' | 'states' | 'table'
  readonly title: string
  /** One or two sentences: what the panel answers. The metrics are added from the queries. */
  readonly question: string
  /** Grafana's unit id. */
  readonly unit: string
  /** Of 24 columns. */
  readonly width: number
  readonly targets: readonly Target[]
  /** Colours from a value on; the first has no value. */
  readonly thresholds?: readonly (readonly [color: string, from: number | null])[]
  /** What 0 and 1 are called, for panels that show a yes or no. */
  readonly words?: readonly [no: string, yes: string]
  /** Upper end of the axis, e.g. 1 for a share. */
  readonly max?: number
  /** Tables: the column of each target's value; null for one that only brings its labels. */
  readonly columns?: readonly ({ readonly name: string; readonly unit: string } | null)[]
}

export interface Target {
  readonly expr: string
  readonly legend: string
  /** One value at the end of the range in place of a curve. */
  readonly instant?: boolean
}

/** A choice at the top of the board. */
export type Variable =
  | {
      readonly kind: 'query'
      readonly name: string
      readonly label: string
      readonly help: string
      /** Grafana's `label_values(…)`. */
      readonly query: string
    }
  | {
      readonly kind: 'choice'
      readonly name: string
      readonly label: string
      readonly help: string
      readonly choices: readonly number[]
      readonly initial: number
    }

/** Every metric named in the panel's queries, without the suffixes of a histogram, in order. */
export function metricsOf(panel: Panel): readonly string[] {
  const names = panel.targets.flatMap(({ expr }) => expr.match(/tokadence_[a-z_]+/g) ?? [])
  return [...new Set(names.map(name => name.replace(/_(bucket|sum|count)$/, '')))]
}

export interface Place {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** Where each row's heading and panels stand in Grafana's 24 columns: left to right, then down. */
export function place(rows: readonly Row[]): readonly { heading: Place; panels: Place[] }[] {
  let y = 0
  return rows.map(({ panels }) => {
    const heading = { x: 0, y, w: 24, h: 1 }
    y += 1
    let x = 0
    let shelf = 0
    const places = panels.map(({ kind, width }) => {
      const h = height[kind]
      if (x + width > 24) {
        y += shelf
        x = 0
        shelf = 0
      }
      const at = { x, y, w: width, h }
      x += width
      shelf = Math.max(shelf, h)
      return at
    })
    y += shelf
    return { heading, panels: places }
  })
}

const height = { stat: 4, lines: 8, stack: 8, heatmap: 8, states: 6, table: 6 } as const
