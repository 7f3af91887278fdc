/** One panel of a board as Grafana's own panel, by the foundation SDK. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  HeatmapCellLayout,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  FieldColorBuilder,
  FieldColorModeId,
  type Panel as GrafanaPanel,
  MappingType,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline'
import * as table from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import { metricsOf, type Panel, type Place } from './board.ts'

/** Whatever the reader picked at the top of the board: no data source is named by its id. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in, not JavaScript.
export const datasource = { type: 'prometheus', uid: '${datasource}' } as const

export function toGrafanaPanel(panel: Panel, id: number, gridPos: Place): GrafanaPanel {
  const builder = visual(panel)
    .id(id)
    .title(panel.title)
    .description(`${panel.question} Metric: ${metricsOf(panel).join(', ')}.`)
    .datasource(datasource)
    .gridPos({ ...gridPos })
    .unit(panel.unit)
    .noValue('–')
    .targets(panel.targets.map((_, i) => query(panel, i)))
  if (panel.kind !== 'states') builder.min(0)
  if (panel.max !== undefined) builder.max(panel.max)
  builder.mappings(mappings(panel))
  if (panel.thresholds) {
    const steps = panel.thresholds.map(([color, value]) => ({ color, value }))
    builder.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
  }
  return builder.build()
}

function query({ kind, targets }: Panel, i: number): Builder<Dataquery> {
  const { expr, legend, instant } = targets[i]!
  const builder = new DataqueryBuilder()
    .datasource(datasource)
    .refId(refIdOf(i))
    .expr(expr)
    .legendFormat(legend)
  if (instant) builder.instant()
  else builder.range()
  if (kind === 'heatmap') builder.format(PromQueryFormat.Heatmap)
  if (kind === 'table') builder.format(PromQueryFormat.Table)
  return builder
}

function visual(panel: Panel) {
  switch (panel.kind) {
    case 'stat':
      return statPanel(panel)
    case 'lines':
    case 'stack':
      return timePanel(panel)
    case 'heatmap':
      return heatmapPanel(panel)
    case 'states':
      return statesPanel()
    case 'table':
      return tablePanel(panel)
    default:
      return panel.kind satisfies never
  }
}

function statPanel({ targets, thresholds }: Panel) {
  const named = targets[0]!.legend !== ''
  return new stat.PanelBuilder()
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(targets[0]!.instant ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .colorMode(thresholds ? BigValueColorMode.Value : BigValueColorMode.None)
    .textMode(named ? BigValueTextMode.Auto : BigValueTextMode.Value)
}

function timePanel({ kind }: Panel) {
  const builder = new timeseries.PanelBuilder()
    .showPoints(VisibilityMode.Never)
    .lineWidth(1)
    .fillOpacity(kind === 'stack' ? 40 : 5)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['mean', 'max', 'lastNotNull']),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    // By name: a status or an outcome keeps its colour from one board and one range to the next.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
  if (kind === 'stack') builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
  return builder
}

function heatmapPanel({ unit }: Panel) {
  return new heatmap.PanelBuilder()
    .calculate(false)
    .rowsFrame(new heatmap.RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new heatmap.YAxisConfigBuilder().unit(unit))
    .cellValues(new heatmap.CellValuesBuilder().unit('cps'))
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Viridis')
        .exponent(0.5)
        .steps(64),
    )
    .tooltip(
      new heatmap.HeatmapTooltipBuilder()
        .mode(TooltipDisplayMode.Single)
        .yHistogram(true)
        .showColorScale(true),
    )
}

function statesPanel() {
  return new statetimeline.PanelBuilder()
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(new VizLegendOptionsBuilder().showLegend(false))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
}

function tablePanel({ targets, columns = [] }: Panel) {
  const excludeByName: Record<string, boolean> = { Time: true }
  const renameByName: Record<string, string> = {}
  for (const i of targets.keys()) {
    const value = `Value #${refIdOf(i)}`
    const column = columns[i]
    if (column) renameByName[value] = column.name
    else excludeByName[value] = true
  }
  const builder = new table.PanelBuilder().transformations([
    { id: 'merge', options: {} },
    { id: 'organize', options: { excludeByName, renameByName } },
  ])
  for (const column of columns) {
    if (column) builder.overrideByName(column.name, [{ id: 'unit', value: column.unit }])
  }
  return builder
}

function refIdOf(i: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + i)
}

/** A ratio over nothing is not zero: it says so. */
function mappings({ words }: Panel): ValueMapping[] {
  const idle: ValueMapping = {
    type: MappingType.SpecialValue,
    options: { match: SpecialValueMatch.NotANumber, result: { text: 'no traffic' } },
  }
  if (!words) return [idle]
  const [no, yes] = words
  return [
    idle,
    { type: MappingType.ValueToText, options: { '0': { text: no }, '1': { text: yes } } },
  ]
}
