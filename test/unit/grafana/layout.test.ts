/** Where panels stand, by table. */
import { expect, test } from 'vitest'
import { type Panel, place } from '../../../grafana/src/board.ts'

function panel(kind: Panel['kind'], width: number): Panel {
  return { kind, width, title: '', question: '', unit: 's', targets: [] }
}

test('panels fill a shelf from the left and start a new one where they do not fit', () => {
  const [row] = place([
    { title: 'r', panels: [panel('stat', 12), panel('lines', 12), panel('stat', 6)] },
  ])
  expect(row).toEqual({
    heading: { x: 0, y: 0, w: 24, h: 1 },
    panels: [
      { x: 0, y: 1, w: 12, h: 4 },
      { x: 12, y: 1, w: 12, h: 8 },
      { x: 0, y: 9, w: 6, h: 4 },
    ],
  })
})

test('a row starts below the tallest panel of the one before', () => {
  const rows = place([
    { title: 'a', panels: [panel('stat', 4), panel('heatmap', 8)] },
    { title: 'b', panels: [panel('stat', 4)] },
  ])
  expect(rows[1]).toEqual({
    heading: { x: 0, y: 9, w: 24, h: 1 },
    panels: [{ x: 0, y: 10, w: 4, h: 4 }],
  })
})
