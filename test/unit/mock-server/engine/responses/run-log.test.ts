import { expect, test } from 'vitest'
import { createManualClock } from '../../../../../base/manual-clock.ts'
import { createConductor } from '../../../../../mock-server/engine/conductor.ts'
import {
  createRunLog,
  createRunPart,
  readLog,
  type Sink,
} from '../../../../../mock-server/engine/responses/run-log.ts'
import type { ScriptEvent } from '../../../../../mock-server/engine/script.ts'

/** Two events a step: `0a`, `0b`, `1a` … */
function* script(steps: number): Generator<readonly ScriptEvent[], undefined> {
  for (let i = 0; i < steps; i++) {
    yield ['a', 'b'].map(letter => ({ data: `${i}${letter}`, tokens: 1 }))
  }
}

function createSink(capacity = Number.POSITIVE_INFINITY) {
  const written: string[] = []
  const sink: Sink & { written: string[]; room: number } = {
    written,
    room: capacity,
    isFull: () => sink.room === 0,
    write({ data }, step) {
      expect(data.startsWith(String(step))).toBe(true)
      sink.room--
      written.push(data)
    },
    end: () => void written.push('end'),
  }
  return sink
}

test('a part plays a log at its times, and is over after the last', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log = createRunLog([0, 10, 30])
  let overs = 0
  const part = createRunPart(log, 100, {
    over: () => overs++,
    failed: error => expect(error).toBe(1),
  })
  conductor.start(part)
  const played = [99, 1, 10, 19, 1].map(ms => {
    clock.advance(ms)
    return `${log.played} ${log.state}`
  })
  expect(played).toEqual(['0 open', '1 open', '2 open', '2 open', '3 over'])
  expect([overs, conductor.active, clock.pending]).toEqual([1, 0, 0])
})

test('a part that is stopped stops its log, once', () => {
  const clock = createManualClock()
  const conductor = createConductor(clock)
  const log = createRunLog([0, 10])
  let overs = 0
  const part = createRunPart(log, 0, { over: () => overs++, failed: () => {} })
  conductor.start(part)
  conductor.stop(part)
  clock.advance(100)
  expect([log.played, log.state, overs]).toEqual([1, 'stopped', 1])
})

test('a reader writes what was played, then each step as it comes, then the end', () => {
  const log = createRunLog([0, 0, 0])
  log.advance()
  const sink = createSink()
  readLog(log, script(3), sink).pump()
  expect(sink.written).toEqual(['0a', '0b'])
  log.advance()
  expect(sink.written).toEqual(['0a', '0b', '1a', '1b'])
  log.advance()
  expect(sink.written).toEqual(['0a', '0b', '1a', '1b', '2a', '2b', 'end'])
})

test('a reader that comes late and one that resumes read the same', () => {
  const log = createRunLog([0, 0])
  log.finish()
  const [whole, resumed, beyond] = [createSink(), createSink(), createSink()]
  readLog(log, script(2), whole).pump()
  readLog(log, script(2), resumed, 3).pump()
  readLog(log, script(2), beyond, 99).pump()
  expect(whole.written).toEqual(['0a', '0b', '1a', '1b', 'end'])
  expect(resumed.written).toEqual(['1b', 'end'])
  expect(beyond.written).toEqual(['end'])
})

test('a slow reader holds nothing back, and goes on where it was', () => {
  const log = createRunLog([0, 0, 0])
  const [slow, fast] = [createSink(1), createSink()]
  const reader = readLog(log, script(3), slow)
  readLog(log, script(3), fast)
  for (let i = 0; i < 3; i++) log.advance()
  expect([slow.written.length, fast.written.length, log.state]).toEqual([1, 7, 'over'])
  slow.room = 3
  reader.pump()
  expect(slow.written).toEqual(['0a', '0b', '1a', '1b'])
  slow.room = 9
  reader.pump()
  expect(slow.written).toEqual(fast.written)
})

test('a log that is stopped ends its readers after what was played', () => {
  const log = createRunLog([0, 0])
  const sink = createSink()
  readLog(log, script(2), sink)
  log.advance()
  log.stop()
  log.advance()
  expect([sink.written, log.played]).toEqual([['0a', '0b', 'end'], 1])
})

test('a reader that stopped is told nothing more', () => {
  const log = createRunLog([0, 0])
  const sink = createSink()
  const reader = readLog(log, script(2), sink)
  log.advance()
  reader.stop()
  log.advance()
  reader.pump()
  expect(sink.written).toEqual(['0a', '0b'])
})
