import { expect, it } from 'vitest'
import { comparePaired } from '../../../../bench/compare/paired.ts'
import { createTurnBlocks } from '../../../../bench/compare/turn-blocks.ts'
import type { Sample } from '../../../../bench/sample.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

const settled = (given: Partial<Sample>, isMeasured = true) =>
  ({ type: 'sample', isMeasured, sample: sampleOf(given) }) as const

it('a request belongs to the turn in which it was due, or else sent, whenever it settled', () => {
  const turns = createTurnBlocks()
  turns.take(settled({ sentAtMs: 5 }, false))
  turns.take({ type: 'turn', atMs: 10 })
  turns.take(settled({ sentAtMs: 10, ttftMs: 1 }))
  turns.take({ type: 'pause', atMs: 20 })
  turns.take({ type: 'turn', atMs: 40 })
  turns.take(settled({ sentAtMs: 19, ttftMs: 2 }))
  turns.take(settled({ dueAtMs: 20, sentAtMs: 41, ttftMs: 3 }))
  turns.take(settled({ sentAtMs: 41, ttftMs: 4, outcome: 'http_5xx' }))
  const seen = turns.blocks.map(({ requests, errors, times }) => [
    ...[requests, errors],
    ...[...times.ttft.counts.keys()],
  ])
  expect(seen).toEqual([
    [3, 0, 1000, 2000, 3000],
    [1, 1],
  ])
  expect(turns.lengthMs(45)).toBe(15)
})

it('of a run that was broken off the turn without its counterpart is left out', () => {
  const blocksOf = (turnCount: number) => {
    const turns = createTurnBlocks()
    for (let i = 0; i < turnCount; i++) {
      turns.take({ type: 'turn', atMs: i * 10 })
      turns.take(settled({ sentAtMs: i * 10, ttftMs: 100 + i }))
    }
    return turns.blocks
  }
  const asked = { judged: [], shown: [], tolerance: { ratio: 0.05, floorMs: 0 }, seed: 's' }
  const { blocks, rows, isPaired } = comparePaired(blocksOf(9), blocksOf(8), asked)
  expect([blocks, isPaired]).toEqual([{ base: 8, head: 8 }, true])
  expect(rows[0]!.samples).toMatchObject({ base: 8, head: 8 })
})
