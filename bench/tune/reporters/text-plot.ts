/** A capacity curve for a terminal: goodput over what was tried, both axes marked. */
import { roundStep } from '../../reporters/plot.ts'

export interface PlotPoint {
  /** What was tried, above 0. */
  readonly x: number
  readonly rps: number
  readonly isMet: boolean
  readonly isAnswer: boolean
}

export interface TextPlot {
  /** Ascending in `x`. */
  readonly points: readonly PlotPoint[]
  /** Of what there are so many, as the axis is called. */
  readonly unit: string
  /** What is to be expected at `x`. */
  readonly law: ((x: number) => number) | undefined
}

const width = 60
const height = 11

/** ◆ the answer, ● keeps to the objectives, × does not, · the law. Across: doublings are equally wide. */
export function formatPlot({ points, unit, law }: TextPlot): readonly string[] {
  const least = points[0]?.x ?? 1
  const most = points.at(-1)?.x ?? 1
  const highest = Math.max(...points.map(({ rps }) => rps), 0)
  if (most <= least || highest === 0) return []
  const step = roundStep(highest / 4)
  const top = Math.ceil(highest / step) * step
  const doublings = Math.log2(most / least)
  const column = (x: number) => Math.round((Math.log2(x / least) / doublings) * (width - 1))
  const row = (value: number) => height - 1 - Math.round((value / top) * (height - 1))
  const grid = Array.from({ length: height }, () => Array<string>(width).fill(' '))
  const put = (x: number, value: number, sign: string) => {
    const line = grid[row(Math.min(value, top))]
    if (line) line[column(x)] = sign
  }
  for (let i = 0; law && i < width; i++) {
    const x = least * 2 ** ((i / (width - 1)) * doublings)
    if (law(x) <= top) put(x, law(x), '·')
  }
  for (const point of points) put(point.x, point.rps, signOf(point))
  const marks = new Map<number, string>()
  for (let value = 0; value <= top * 1.0001; value += step) {
    marks.set(row(value), String(Number(value.toPrecision(6))))
  }
  const margin = Math.max(...[...marks.values()].map(({ length }) => length), 4)
  return [
    `${'requests/s'.padStart(margin)}`,
    ...grid.map((line, y) => {
      const mark = marks.get(y)
      return `${(mark ?? '').padStart(margin)} ${mark === undefined ? '│' : '┤'}${line.join('').trimEnd()}`
    }),
    `${' '.repeat(margin)} └${'─'.repeat(width)}`,
    `${' '.repeat(margin + 2)}${underline(points, column)}  ${unit}`,
  ]
}

function signOf({ isMet, isAnswer }: PlotPoint): string {
  if (isAnswer) return '◆'
  return isMet ? '●' : '×'
}

/** The numbers below the axis, where there is room. */
function underline(points: readonly PlotPoint[], column: (n: number) => number): string {
  let text = ''
  for (const { x } of points) {
    const place = column(x)
    if (place >= text.length + (text === '' ? 0 : 1)) {
      text = `${text.padEnd(place)}${x}`
    }
  }
  return text
}
