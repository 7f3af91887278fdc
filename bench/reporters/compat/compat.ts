/** The run by another tool's definitions, as text. */
import { type Paint, plain } from '../paint.ts'
import { countAsAiperf } from './aiperf.ts'
import { countAsGuidellm } from './guidellm.ts'
import type { OtherCount, OtherTool, OtherView, Section } from './tool.ts'
import { shownValue } from './value.ts'
import { countAsVllm } from './vllm.ts'

const makers: Readonly<Record<OtherTool, () => OtherCount>> = {
  vllm: countAsVllm,
  aiperf: countAsAiperf,
  guidellm: countAsGuidellm,
}

export function countAs(tool: OtherTool): OtherCount {
  return makers[tool]()
}

export function formatOtherView(
  { title, sections, differences }: OtherView,
  paint: Paint = plain,
): string {
  const names = sections.flatMap(({ head, rows }) => [
    head[0] ?? '',
    ...rows.map(({ name }) => name),
  ])
  const width = Math.max(...names.map(name => name.length))
  return [
    '',
    `${paint.bold(`as ${title} counts`)}  ${paint.dim('the same requests, its names and definitions')}`,
    ...sections.flatMap(section => ['', ...sectionLines(section, width, paint)]),
    '',
    paint.bold('what differs'),
    ...differences.map(text => `  ${paint.dim('–')} ${text}`),
    '',
  ].join('\n')
}

const cellWidth = 10

function sectionLines({ head, rows }: Section, width: number, { dim }: Paint): string[] {
  const [first = '', ...others] = head
  return [
    dim(`${first.padEnd(width)}${others.map(text => text.padStart(cellWidth)).join('')}`.trimEnd()),
    ...rows.map(
      ({ name, values }) =>
        name.padEnd(width) + values.map(value => shownValue(value).padStart(cellWidth)).join(''),
    ),
  ]
}
