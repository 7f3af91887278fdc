/** A whole board as Grafana's dashboard JSON: variables, annotations, links, rows and panels. */
import {
  AnnotationQueryBuilder,
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { type Board, place, type Variable } from './board.ts'
import { datasource, toGrafanaPanel } from './visual.ts'

const tag = 'tokadence'

export function toDashboard(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(`tokadence-${board.name}`)
    .description(board.description)
    .tags([tag])
    .time({ from: board.from, to: 'now' })
    .refresh('5s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .variables([
      new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
      ...board.variables.map(variable),
    ])
    .annotation(phaseAnnotation(board.phaseSelector))
    .link(
      new DashboardLinkBuilder('Other boards')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(false)
        .keepTime(true),
    )
  let id = 1
  const places = place(board.rows)
  for (const [i, row] of board.rows.entries()) {
    const { heading, panels } = places[i]!
    builder.withRow(new RowBuilder(row.title).id(id++).gridPos({ ...heading }))
    for (const [j, panel] of row.panels.entries()) {
      const built = toGrafanaPanel(panel, id++, panels[j]!)
      builder.withPanel({ build: () => built })
    }
  }
  return builder.build()
}

function variable(variable: Variable) {
  if (variable.kind === 'query') {
    return new QueryVariableBuilder(variable.name)
      .label(variable.label)
      .description(variable.help)
      .datasource(datasource)
      .query({ query: variable.query, refId: variable.name })
      .definition(variable.query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalDesc)
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ selected: true, text: ['All'], value: ['$__all'] })
  }
  const options = variable.choices.map(choice => ({
    selected: choice === variable.initial,
    text: `${choice} s`,
    value: String(choice),
  }))
  return new CustomVariableBuilder(variable.name)
    .label(variable.label)
    .description(variable.help)
    .values(options.map(({ text, value }) => `${text} : ${value}`).join(', '))
    .options(options)
    .current(options.find(({ selected }) => selected)!)
}

/** The measured part of each run as a shaded region: what lies outside is warm-up or idle. */
function phaseAnnotation(selector: string) {
  const expr = `max by (run_id) (tokadence_bench_phase{${selector}}) == 1`
  return (
    new AnnotationQueryBuilder()
      .name('Steady phase')
      .datasource(datasource)
      .enable(true)
      .iconColor('blue')
      .target(new DataqueryBuilder().datasource(datasource).refId('Anno').expr(expr).interval('5s'))
      // Grafana reads `expr` and `step` from the annotation itself when it has no target.
      .expr(expr)
      .step('5s')
      .titleFormat('steady')
      .textFormat('{{run_id}}')
  )
}
