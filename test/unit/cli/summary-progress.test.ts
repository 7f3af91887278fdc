import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../base/manual-clock.ts'
import { createSummaryProgress } from '../../../cli/summary-progress.ts'
import type { Client } from '../../../client/index.ts'
import { nothingSpent } from '../../../client/spent.ts'

function open({ isTTY = true, total = 8, columns = 200 } = {}) {
  const clock = createManualClock()
  let written = ''
  const stream = new PassThrough().on('data', part => {
    written += part
  })
  const stderr = Object.assign(stream, { isTTY, columns }) as unknown as NodeJS.WriteStream
  const client = {
    clock,
    limiter: { inFlight: 3, limit: 5 },
    budget: { limitNanoDollars: 500_000_000 },
  } as unknown as Client
  const progress = createSummaryProgress({ stderr, total, client })
  const settle = (more = {}) => {
    const spent = { ...nothingSpent, nanoDollars: 1_000_000 }
    progress.note({
      what: 'settled',
      name: 'a.md',
      spent,
      isResumed: false,
      isFailed: false,
      ...more,
    })
  }
  const lastLine = () => written.split('\r\x1b[2K').at(-1)
  return { clock, progress, settle, lastLine, written: () => written }
}
const plain = (line = '') => stripVTControlCharacters(line)

test('one line tells how far it is, how fast, how long, what it costs and what is in flight', () => {
  const { clock, settle, lastLine, progress } = open()
  settle({ isResumed: true })
  clock.advance(2000)
  settle()
  clock.advance(2000)
  settle({ isFailed: true })
  expect(plain(lastLine())).toBe(
    '[########------------] 3 of 8 · 0.50/s · 10 s left · $0.00300 of $0.500 · 3 of 5 in flight · 1 failed',
  )
  progress.end()
  expect(lastLine()).toBe('')
})

test('is drawn ten times a second at most, and never wider than the terminal', () => {
  const { clock, settle, written, lastLine, progress } = open({ total: 1000, columns: 30 })
  for (let i = 0; i < 500; i++) {
    settle()
    clock.advance(1)
  }
  expect(written().split('\r\x1b[2K').length - 1).toBe(5)
  expect(plain(lastLine())).toHaveLength(29)
  progress.end()
})

test('writes a line a document where there is no terminal', () => {
  const { settle, written, progress } = open({ isTTY: false })
  settle()
  settle()
  progress.aside(() => undefined)
  progress.end()
  expect(written()).toBe('1 of 8: a.md\n2 of 8: a.md\n')
})
