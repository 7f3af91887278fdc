/** The capacity curve for a terminal: goodput over requests in flight, both axes marked. */
import { roundStep } from '../../reporters/plot.ts'
import type { Curve, Point } from '../found.ts'
import { uslAt } from '../usl.ts'

const width = 60
const height = 11

/** ◆ the cap, ● keeps to the objectives, × misses one, · the law that was fitted. Across: doublings are equally wide. */
export function formatPlot({ points, knee, usl }: Curve): readonly string[] {
  const most = points.at(-1)?.concurrency ?? 1
  const highest = Math.max(...points.map(({ lastingRps }) => lastingRps), 0)
  if (points.length < 2 || highest === 0) return []
  const step = roundStep(highest / 4)
  const top = Math.ceil(highest / step) * step
  const column = (n: number) => Math.round((Math.log2(n) / Math.log2(most)) * (width - 1))
  const row = (value: number) => height - 1 - Math.round((value / top) * (height - 1))
  const grid = Array.from({ length: height }, () => Array<string>(width).fill(' '))
  const put = (n: number, value: number, sign: string) => {
    const line = grid[row(Math.min(value, top))]
    if (line) line[column(n)] = sign
  }
  if (usl) {
    for (let x = 0; x < width; x++) {
      const n = 2 ** ((x / (width - 1)) * Math.log2(most))
      const value = uslAt(usl, n)
      if (value <= top) put(n, value, '·')
    }
  }
  for (const point of points) put(point.concurrency, point.lastingRps, signOf(point, knee.cap))
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
    `${' '.repeat(margin + 2)}${underline(points, column)}  in flight`,
  ]
}

function signOf({ concurrency, meetsObjectives }: Point, cap: number | undefined): string {
  if (concurrency === cap) return '◆'
  return meetsObjectives ? '●' : '×'
}

/** The numbers below the axis, where there is room. */
function underline(points: readonly Point[], column: (n: number) => number): string {
  let text = ''
  for (const { concurrency } of points) {
    const place = column(concurrency)
    if (place >= text.length + (text === '' ? 0 : 1)) {
      text = `${text.padEnd(place)}${concurrency}`
    }
  }
  return text
}
